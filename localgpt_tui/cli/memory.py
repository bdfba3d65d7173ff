"""`localgpt-tui memory`: what is remembered, searched and looked after; the table of its commands."""

import click

from localgpt_tui.cli.lazy import Deferred, DeferredGroup

_HERE = "localgpt_tui.cli"


class _Commands(DeferredGroup):
    table = {  # noqa: RUF012 - a constant, typed where it is declared
        "search": Deferred(f"{_HERE}.memory_search:search", "Find what is remembered about QUERY, best first."),
        "show": Deferred(f"{_HERE}.memory_search:show", "Print a file of the memory, or lines of it: PATH#L3-L7."),
        "recent": Deferred(f"{_HERE}.memory_search:recent", "Show what changed last, newest first."),
        "stats": Deferred(f"{_HERE}.memory_index:stats", "Count what is remembered and say how fresh the index is."),
        "reindex": Deferred(f"{_HERE}.memory_index:reindex", "Bring the index up to date, vectors included."),
        "eval": Deferred(
            f"{_HERE}.memory_index:evaluate", "Measure on your own notes how well and how fast they are found."
        ),
        "log": Deferred(
            f"{_HERE}.memory_history:log",
            "List the latest changes to the memory, or to FILE: when, who, why, and what.",
        ),
        "diff": Deferred(
            f"{_HERE}.memory_history:diff",
            "Show what CHANGE did, the latest one if none is named; the beginning of its id is enough.",
        ),
        "blame": Deferred(f"{_HERE}.memory_history:blame", "Show each line of FILE with the change it came with."),
        "undo": Deferred(
            f"{_HERE}.memory_history:undo", "Take CHANGE back, the latest one if none is named; what came later stays."
        ),
        "restore": Deferred(
            f"{_HERE}.memory_history:restore",
            "Bring FILE back as it was right after CHANGE; what it is now stays in the history.",
        ),
    }

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that was named; without one, click shows the help."""
        return click.Group.invoke(self, ctx)


@click.group(cls=_Commands)
def memory() -> None:
    """Search what is remembered, look after its index, and take changes back."""

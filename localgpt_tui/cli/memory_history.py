"""`localgpt-tui memory log | diff | blame | undo | restore`: what changed in the memory, and taking it back."""

import json
from pathlib import Path

import click

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.memory.changes import Change
from localgpt_tui.memory.document import Written
from localgpt_tui.memory.history import History
from localgpt_tui.memory.workspace import Workspace
from localgpt_tui.paths import Places
from localgpt_tui.plaintext import shown_name
from localgpt_tui.safety.terminal import visible

_SHORT = 8
_WHERE = click.option(
    "--workspace", metavar="DIR", type=click.Path(path_type=Path, file_okay=False), help="Another workspace."
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@click.argument("file", default="")
@click.option("-n", "--limit", type=click.IntRange(1), default=20, show_default=True, help="The most changes to list.")
@_JSON
@_WHERE
@click.pass_obj
def log(places: Places, file: str, limit: int, as_json: bool, workspace: Path | None) -> None:
    """List the latest changes to the memory, or to FILE: when, who, why, and what."""
    changes = _history(places, workspace).log(file, limit)
    if as_json:
        _json([_record(change) for change in changes])
        return
    for change in changes:
        _say(f"{change.id[:_SHORT]}  {change.time:%Y-%m-%d %H:%M}  {change.author:<9}  {change.why}")
        paths = ", ".join(map(shown_name, change.paths))
        _say(f"{'':<{_SHORT}}  {paths}{f'  (session {change.session})' if change.session else ''}")
    if not changes:
        _say("There is no history yet: it begins with the first change.", err=True)


@click.command()
@click.argument("change", default="")
@_WHERE
@click.pass_obj
def diff(places: Places, change: str, workspace: Path | None) -> None:
    """Show what CHANGE did, the latest one if none is named; the beginning of its id is enough."""
    history = _history(places, workspace)
    _say(history.diff(_chosen(history, change).id).rstrip("\n"))


@click.command()
@click.argument("file")
@_JSON
@_WHERE
@click.pass_obj
def blame(places: Places, file: str, as_json: bool, workspace: Path | None) -> None:
    """Show each line of FILE with the change it came with."""
    lines = _history(places, workspace).blame(file)
    if as_json:
        _json(
            [
                {"line": line.number, "text": line.text, "change": _record(line.change) if line.change else None}
                for line in lines
            ]
        )
        return
    for line in lines:
        change = line.change
        who = f"{change.id[:_SHORT]}  {change.time:%Y-%m-%d}  {change.author:<9}" if change else "not recorded yet"
        _say(f"{who:<31}  {line.number:>4}  {line.text}")


@click.command()
@click.argument("change", default="")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@_WHERE
@click.pass_obj
def undo(places: Places, change: str, yes: bool, workspace: Path | None) -> None:
    """Take CHANGE back, the latest one if none is named; what came later stays. Undoing the undo brings it back."""
    history = _history(places, workspace)
    chosen = _chosen(history, change)
    if not yes:
        _say(history.diff(chosen.id).rstrip("\n"), err=True)
        click.confirm(visible(f"Take back {chosen.id[:_SHORT]}, “{chosen.why}”?"), abort=True, err=True)
    _done(history, history.undo(chosen.id))


@click.command()
@click.argument("file")
@click.argument("change")
@click.option("--lines", metavar="A-B", default="", help="Only the lines A to B that FILE had then.")
@_WHERE
@click.pass_obj
def restore(places: Places, file: str, change: str, lines: str, workspace: Path | None) -> None:
    """Bring FILE back as it was right after CHANGE; what it is now stays in the history."""
    history = _history(places, workspace)
    _done(history, (history.restore(file, change, _span(lines) if lines else None),))


def _history(places: Places, workspace: Path | None) -> History:
    return History(Workspace(workspace.absolute() if workspace else places.workspace))


def _chosen(history: History, change: str) -> Change:
    if change:
        return history.change(change)
    latest = history.log(limit=1)
    if not latest:
        raise LocalGPTError("There is no history yet.", "It begins with the first change.")
    return latest[0]


def _done(history: History, written: tuple[Written, ...]) -> None:
    history.close()
    for one in written:
        _say(f"{'Removed' if one.after is None else 'Changed'}: {shown_name(one.path)}")
    if history.problem:
        _say(history.problem, err=True)


def _span(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    if not (first.isdecimal() and (last or first).isdecimal() and 1 <= int(first) <= int(last or first)):
        raise click.BadParameter(f"{text!r} is no range of lines such as 3-7.", param_hint="--lines")
    return int(first), int(last or first)


def _record(change: Change) -> dict[str, object]:
    return {
        "id": change.id,
        "time": change.time.isoformat(),
        "author": change.author,
        "session": change.session,
        "turn": change.turn,
        "why": change.why,
        "paths": list(change.paths),
        "undoes": change.undoes,
    }


def _json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=True, indent=2))


def _say(text: str, *, err: bool = False) -> None:
    click.echo(visible(text), err=err)

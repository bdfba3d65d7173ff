"""A question of the guard, put line by line: for `ask` on a terminal and for `chat --plain`."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

from localgpt_tui.core.approvals import Approval, Decision
from localgpt_tui.safety.terminal import visible

Read = Callable[[str], Awaitable[str | None]]
"""Shows a prompt and waits for a line that is typed from then on; None where there is nobody any more."""


class AskingApprover:
    """Fills the Approver port where a person reads lines and types answers; one question at a time."""

    def __init__(self, tell: Callable[[str], object], read: Read) -> None:
        self._tell, self._read = tell, read
        self._one_at_a_time = asyncio.Lock()

    async def decide(self, approval: Approval) -> Decision:
        """Show all that would happen and wait for a clear answer; whoever leaves has said no."""
        async with self._one_at_a_time:
            self._tell("\n".join(question(approval)))
            offers = "y once, s for this session, " if approval.act.pattern else "y, "
            while (answer := await self._read(f"{offers}n, or n and why: ")) is not None:
                word, _, rest = answer.strip().partition(" ")
                match word.lower():
                    case "y" | "yes":
                        return Decision("once")
                    case "s" if approval.act.pattern:
                        return Decision("session")
                    case "n" | "no":
                        return Decision("no", reason=rest.strip())
                    case _:
                        self._tell("Only y or n is an answer.")
            return Decision("no", reason="Nobody answered.", by="nobody")


def question(approval: Approval) -> Iterator[str]:
    """The lines that say what would happen, nothing cut, control characters visible."""
    act = approval.act
    yield f"{approval.call.name} asks to {visible(act.title)}"
    for line in act.shown.splitlines():
        yield f"    {visible(line)}"
    said = {
        "in": act.folder,
        "writes": ", ".join(act.writes),
        "deletes": ", ".join(act.deletes),
        "network": ", ".join(act.hosts) or act.network,
        "held in by": act.confined,
        "then": act.afterwards,
        "s allows": act.pattern,
    }
    yield from (f"  {name}: {visible(text)}" for name, text in said.items() if text)
    yield from (f"  because {visible(why)}" for why in approval.why)
    if approval.origins:
        yield f"  this session has read: {visible(', '.join(approval.origins))}"

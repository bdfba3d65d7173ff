"""The first view of an empty session: what was found here, what answers, and where the words go."""

from dataclasses import dataclass

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from localgpt_tui.safety.terminal import printable


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was looked for: whether it is there, and what to say about it."""

    name: str
    words: str
    there: bool


class Welcome(VerticalScroll, can_focus=False):
    """Calm words before the first message; it never takes a key."""

    def compose(self):  # type: ignore[no-untyped-def] # noqa: ANN201, D102 - Textual's own signature
        yield Static(Content("Looking around on this machine …"), id="choice")
        yield Static(Content(""), id="found")
        yield Static(Content(""), id="tips")

    def show(
        self,
        *,
        model: str,
        reason: str,
        place: str,
        findings: tuple[Finding, ...],
        problem: str = "",
        asked: bool = False,
    ) -> None:
        """Say what was found and chosen.

        Args:
            reason: why this model, and whether what is written leaves the machine.
            place: where what is written goes, in words.
            problem: what the person should know first, such as a warning about the configuration.
            asked: True where the person has to say yes first.
        """
        first = (printable(problem) + "\n\n", "$warning") if problem else ""
        self.query_one("#choice", Static).update(
            Content.assemble(
                first,
                (printable(model), "bold $primary"),
                " could answer here · " if asked else " answers here · ",
                (place, "bold"),
                "\n",
                printable(reason),
            )
        )
        rows = [
            Content.assemble(
                ("✓ " if finding.there else "– ", "$success" if finding.there else "$text-muted"),
                (f"{finding.name:<9}", "" if finding.there else "$text-muted"),
                (printable(finding.words), "" if finding.there else "$text-muted"),
            )
            for finding in findings
        ]
        self.query_one("#found", Static).update(Content("\n").join(rows))
        self.query_one("#tips", Static).update(
            Content.assemble(
                ("Enter", "$primary"),
                " sends   ",
                ("Ctrl+J", "$primary"),
                " new line   ",
                ("/help", "$primary"),
                " commands   ",
                ("F1", "$primary"),
                " every key",
            )
        )

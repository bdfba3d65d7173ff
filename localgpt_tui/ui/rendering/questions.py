"""A question to the person in lines: what exactly would run, what it touches, and why it is asked."""

import difflib
import json
from collections.abc import Iterable, Iterator

from localgpt_tui.core.approvals import Act, Approval
from localgpt_tui.plaintext import from_home
from localgpt_tui.ui.rendering.exact import ODD, exact, exact_lines, lines_of, lookalikes
from localgpt_tui.ui.rendering.lines import Line, chop, wrap

_QUIET = "$text-muted"
_WARNS = "bold $warning"
_LABEL = 9  # cells that the name of a fact takes
_LISTED = 6  # paths of a kind that are named where not everything is wanted

_ASKED = {
    "read": "May this be read?",
    "remember": "May this go into the memory?",
    "write": "May this be changed?",
    "run": "May this run?",
    "fetch": "May this be fetched?",
    "trust": "Do you trust this folder?",
}
_UNCONFINED = "nothing holds it in: it can do all that you can"


def asked(approval: Approval, *, here: str = "") -> str:
    """The question in a few words, the tool's name before it, and after it the session, where that is not `here`."""
    words = _ASKED[approval.act.kind]
    elsewhere = f" (in “{approval.title}”)" if here and approval.session not in ("", here) else ""
    return (
        words if approval.act.kind == "trust" else f"{approval.call.name}: {words[0].lower()}{words[1:]}"
    ) + elsewhere


def text_of(approval: Approval) -> str:
    """All that would run or be written; the arguments where the tool says no more."""
    act = approval.act
    if act.shown:
        return act.shown
    return act.title if act.kind == "trust" else arguments_of(approval.call.arguments)


def arguments_of(arguments: str) -> str:
    """The arguments of a call, laid out; as they are where they cannot be read."""
    try:
        return json.dumps(json.loads(arguments), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return arguments


def text_lines(approval: Approval, width: int) -> Iterator[Line]:
    """What would run, letter by letter, or the difference it would make in colours; one line after the other."""
    act = approval.act
    if act.kind == "run":
        for number, line in enumerate(exact_lines(text_of(approval), width - 2, "bold", letters=True)):
            yield [("  " if number else "$ ", "$primary"), *line]
    elif act.shown and act.kind in {"write", "remember"}:
        yield from difference_lines(act.shown, width)
    else:
        yield from exact_lines(text_of(approval), width, letters=True)


def difference_lines(difference: str, width: int) -> Iterator[Line]:
    """A unified difference; signs stay at the beginning of each line, so that it reads without colours too."""
    for typed in lines_of(difference):
        first = True
        for line in chop(exact(typed, _difference_look(typed)), width):
            first = False
            yield line
        if first:
            yield []


def difference(before: str, after: str) -> str:
    """What makes `after` out of `before`, in unified form."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3)
    return "\n".join(list(lines)[2:])  # without the names of files, which it has none of


def fact_lines(approval: Approval, width: int, *, everything: bool = True) -> list[Line]:
    """Where it runs, what it touches, what holds it in, who asks; the most dangerous first.

    Args:
        everything: name every path; else the first few, and how many more there are.
    """
    act = approval.act
    lines: list[Line] = []
    most = None if everything else _LISTED
    for label, values, look in (
        ("deletes", act.deletes, ODD),
        ("changes", act.writes, ""),
        ("reaches", act.hosts, _WARNS),
    ):
        lines += _fact(label, _paths(values, look, most), width)
    lines += _fact("in", exact(from_home(act.folder)), width)
    lines += _fact("sandbox", _confinement(act), width, prose=True)
    lines += _fact("then", exact(act.afterwards), width, prose=True)
    for letters in lookalikes("\n".join((text_of(approval)[:10_000], *act.writes, *act.deletes, *act.hosts))):
        lines += _fact("beware", [(letters, _WARNS)], width)
    for number, reason in enumerate(dict.fromkeys((*approval.why, *act.reasons))):
        lines += _fact("" if number else "because", exact(" ".join(reason.split())), width, prose=True)
    lines += _fact("brings", exact(f"text from {act.origin}") if act.origin else [], width)
    lines += _fact("has read", _paths(approval.origins, _WARNS, most), width)
    return lines


def _confinement(act: Act) -> Line:
    """What holds a command in, where that is little or nothing so that it is noticed; and whether it has a network."""
    if act.kind == "run" and (not act.confined or act.confined.startswith("none")):
        held = [(_UNCONFINED, ODD)]
    else:
        held = exact(act.confined, _WARNS if act.confined.startswith("limited") else "")
    return [*held, (f"{'; ' if held else ''}network {act.network}", "")] if act.network else held


def _paths(values: Iterable[str], look: str, most: int | None) -> Line:
    """Paths or hosts with commas between them."""
    listed = list(values)
    line: Line = []
    for number, value in enumerate(listed[:most]):
        line += [(", ", ""), *exact(value, look, letters=True)] if number else exact(value, look, letters=True)
    more = len(listed) - (most or len(listed))
    return [*line, (f" and {more} more (f names them)", _QUIET)] if more > 0 else line


def _fact(label: str, value: Line, width: int, *, prose: bool = False) -> list[Line]:
    """A name and what belongs to it, in as many lines as that takes; nothing where there is no value."""
    if not value:
        return []
    room = max(8, width - _LABEL)
    parts = wrap(value, room) if prose or sum(len(text) for text, _ in value) <= room else chop(value, room)
    return [[(f"{'' if number else label:<{_LABEL}}", _QUIET), *part] for number, part in enumerate(parts)]


def _difference_look(line: str) -> str:
    if line.startswith(("+++", "---")):
        return "bold"
    return {"+": "$success", "-": "$error", "@": _QUIET, "\\": _QUIET}.get(line[:1], "")

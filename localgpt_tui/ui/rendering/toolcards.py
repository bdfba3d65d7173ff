"""A tool call as a card: what it does, how far it is, what it shows while it runs, what it changed, who let it."""

import json
import re
from collections.abc import Callable
from itertools import islice

from localgpt_tui.safety.terminal import printable, visible
from localgpt_tui.tools.noted import WARNING
from localgpt_tui.ui.rendering.icons import Icons
from localgpt_tui.ui.rendering.lines import GUTTER, Line, chop, fit
from localgpt_tui.ui.rendering.markdown import MOST_CHARACTERS
from localgpt_tui.ui.rendering.questions import difference
from localgpt_tui.ui.widgets.rows import MOST_RESULT_LINES, ToolRow

_TELLING = ("path", "file", "query", "pattern", "command", "url", "name", "text")
"""Arguments that say best what a call is about, best first."""

_BAD = ("failed", "denied", "refused")
_LAST = 3  # lines of a running tool's output that a folded card shows
_LIVE = 12  # and an unfolded one
_LARGEST = 200_000  # characters of a change that is worked out from a call's arguments
_END = 4000  # characters of a result, among which a warning stands
_IN_ALL = re.compile(r"^\[[\d,]+ of [\d,]+ bytes are left out here; .*; ([\d,]+) lines in all\]$", re.MULTILINE)
_CUT = "\n\n[Cut here: "
_EXIT = re.compile(r"\bexit(?:ed with)? (?:status|code):? (\d+)\b")


def tool_lines(row: ToolRow, width: int, icons: Icons) -> list[Line]:
    """The card of a call; unfolded, with what it was given, what it changed and what came of it."""
    lines = [_first_line(row, width, icons)]
    if row.state == "running":
        return lines + _running(row, width, icons)
    if row.folded:
        return lines
    changed = changes(row)
    if changed:
        lines += boxed(changed, width, icons, _change_look)
    elif row.arguments.strip():
        lines += boxed(_laid_out(row.arguments), width, icons, "tool-arguments")
    if row.text and row.text.strip() != changed.strip():
        lines += boxed(row.text, width, icons, "failed" if row.state in _BAD else _result_look)
    return lines


def outcome(row: ToolRow, icons: Icons) -> str:
    """How far a call is, or what came of it, in a few words; never by colour alone."""
    passed = duration(row.seconds) if row.seconds >= 0.0005 else ""
    words: list[str] = [row.state]
    match row.state:
        case "asking":
            words = [f"{icons.asks} waits for you"]
        case "running":
            shown = _latest(row, 2)
            words.append(_whole_seconds(row.seconds) if row.seconds >= 1 else "")
            words.append(fit(shown[0], 40) if len(shown) == 1 and row.folded else "")
        case "denied":
            words = [f"{icons.no} denied", f"by {printable(row.by)}" if row.by else ""]
        case "refused":
            words = [f"{icons.no} refused by a rule"]
        case "unanswered":
            words = [f"{icons.no} stopped", _whole_seconds(row.seconds) if row.seconds >= 1 else "", _allowed(row)]
            words = words if row.since else ["no answer"]
        case "failed":
            words = [f"{icons.no} failed", _exit(row), passed, _allowed(row)]
        case "done":
            warning = f"{icons.no} look at what changed" if _warns(row) else ""
            words = [warning, _changed_lines(row) or _size(row), _exit(row), passed, _allowed(row)]
        case _:
            pass
    return "  ".join(filter(None, words))


def changes(row: ToolRow) -> str:
    """What a call changes in a file, in unified form: as the person was shown it, else as its arguments tell."""
    if row.difference:
        return row.difference
    values = _parsed(row.arguments)
    before, after, whole = (values.get(key) for key in ("old_string", "new_string", "content"))
    if isinstance(before, str) and isinstance(after, str) and len(before) + len(after) < _LARGEST:
        return difference(before, after)
    if row.name.startswith("write") and isinstance(whole, str) and len(whole) < _LARGEST:
        return "\n".join(f"+{line}" for line in whole.splitlines())
    return ""


def about(arguments: str) -> str:
    """What a call is about, on one line; where something would not be seen in it, a mark."""
    values = _parsed(arguments)
    if not values:
        return ""
    told = next((values[key] for key in _TELLING if isinstance(values.get(key), str)), None)
    if told is not None:
        return " ".join(visible(str(told)[:2000]).split())
    return printable(json.dumps(values, ensure_ascii=False)[:2000])


def boxed(
    text: str, width: int, icons: Icons, look: str | Callable[[str], str], most: int = MOST_RESULT_LINES
) -> list[Line]:
    """At most `most` lines of `text` behind a bar, and how many more there are.

    Args:
        look: of all lines, or of each by what it says.
    """
    bar = (f"    {icons.column} ", f"{GUTTER} quote-bar")
    text = text.rstrip("\n")
    left = text.count("\n") + 1
    lines: list[Line] = []
    for line in printable("\n".join(text[:MOST_CHARACTERS].split("\n", most)[:most])).split("\n"):
        name = look if isinstance(look, str) else look(line)
        parts = islice(chop([(line.expandtabs(4), name)], max(2, width - 6)), most - len(lines) + 1)
        lines += [[bar, *part] for part in parts] or [[bar]]
        left -= 1
        if len(lines) >= most:
            break
    if left > 0 or len(lines) > most:
        note = f"{icons.more} {left:,} more lines" if left > 0 else icons.more
        lines[most:] = [[bar, (note, "notice")]]
    return lines


def duration(seconds: float) -> str:
    """A time for people: 41 ms, 2.1 s, 3 min 20 s."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    return _whole_seconds(seconds)


def _first_line(row: ToolRow, width: int, icons: Icons) -> Line:
    fold = icons.folded if row.folded else icons.unfolded
    name = fit(printable(row.name) or "…", width // 3, icons.more)
    told, came_of_it = about(row.arguments), fit(outcome(row, icons), max(8, width - 20 - len(name)), icons.more)
    left = width - 8 - len(name) - len(came_of_it)
    line: Line = [(f"  {fold} ", f"{GUTTER} tool"), (name, "tool"), ("  ", "")]
    line += [(fit(told, max(0, left), icons.more), "details"), ("  ", "")] if told and left > 4 else []
    look = "failed" if row.state in _BAD or _warns(row) else "mark" if row.state == "asking" else "details"
    return [*line, (came_of_it, look)]


def _running(row: ToolRow, width: int, icons: Icons) -> list[Line]:
    """The last lines that a tool has shown so far; a single one stands on the first line of a folded card."""
    shown = _latest(row, _LAST if row.folded else _LIVE)
    lines = boxed(_laid_out(row.arguments), width, icons, "tool-arguments") if not row.folded and row.arguments else []
    if not shown or (row.folded and len(shown) == 1):
        return lines
    before = row.dropped + row.text.rstrip("\n").count("\n") + 1 - len(shown)
    if before > 0 and not row.folded:
        bar = (f"    {icons.column} ", f"{GUTTER} quote-bar")
        lines.append([bar, (f"{icons.more} {before:,} lines before", "notice")])
    return lines + [line for each in shown for line in boxed(each, width, icons, "tool-result", 2)]


def _latest(row: ToolRow, most: int) -> list[str]:
    """The last lines that a running tool has shown, the newest at the end."""
    return [line for line in printable(row.text[-4000:]).rstrip().split("\n") if line.strip()][-most:]


def _whole_seconds(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def _size(row: ToolRow) -> str:
    """How many lines came; of a result that was cut, how many there were, or how many of the first are there."""
    if found := _IN_ALL.search(row.text):
        return f"{found[1]} lines"
    text, cut, _ = row.text.rpartition(_CUT)
    text = text if cut else row.text
    lines = text.count("\n") + (not text.endswith("\n")) if text else 0
    return f"{'the first ' if cut else ''}{lines:,} line{'' if lines == 1 else 's'}"


def _changed_lines(row: ToolRow) -> str:
    """`+3 -1` for a call that changed a file."""
    lines = [line for line in changes(row).splitlines() if not line.startswith(("+++ ", "--- "))]
    if not lines:
        return ""
    return f"+{sum(line.startswith('+') for line in lines)} -{sum(line.startswith('-') for line in lines)}"


def _exit(row: ToolRow) -> str:
    """The exit status of a command, where its answer tells of one that is not 0."""
    found = _EXIT.search(row.text[:200]) or _EXIT.search(row.text[-200:])
    return f"exit {found[1]}" if found and found[1] != "0" else ""


def _allowed(row: ToolRow) -> str:
    return f"allowed by {printable(row.by)}" if row.by else ""


def _change_look(line: str) -> str:
    if line.startswith(("+++ ", "--- ", "@@", "\\")):
        return "details"
    return {"+": "code-string", "-": "code-deleted"}.get(line[:1], "tool-result")


def _warns(row: ToolRow) -> bool:
    return row.state == "done" and f"\n{WARNING}" in f"\n{row.text[-_END:]}"


def _result_look(line: str) -> str:
    return "failed" if line.startswith(WARNING) else "tool-result"


def _laid_out(arguments: str) -> str:
    """The arguments, one on a line; strings as they would be read, and a mark where something would not be seen."""
    values = _parsed(arguments)
    if not values:
        return printable(arguments)
    said = (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for value in values.values())
    return visible("\n".join(f"{key}: {value}" for key, value in zip(values, said, strict=True)))


def _parsed(arguments: str) -> dict[str, object]:
    try:
        values = json.loads(arguments)
    except (ValueError, RecursionError):
        return {}  # the model is still writing it, or wrote no JSON: then it is shown as it is
    return values if isinstance(values, dict) else {}

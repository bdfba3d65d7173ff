"""The terminal itself, asked and measured: colours, clipboard, keys, widths, and how far away it is."""

import os
import re
from collections.abc import Iterator, Mapping

from localgpt_tui.doctor.asking import Line
from localgpt_tui.doctor.check import Check
from localgpt_tui.doctor.tmux import clipboard as clipboard_through
from localgpt_tui.doctor.tmux import tmux_checks, tmux_here

_NARROW, _SHORT = 40, 12
_FAR = 0.15  # seconds of round trip from which keys feel late
_AMBIGUOUS = "…│▌❯·⠋☑●"
"""What the screen is drawn with, where terminals for East Asian languages may take two cells."""
_WIDE = "漢字"
_TRUE_COLOUR = re.compile(r"\$r.*?48[:;]2[:;]{1,2}1[:;]2[:;]3")


def terminal_checks(environ: Mapping[str, str] = os.environ) -> list[Check]:
    """Ask the terminal we run on; without one, that is the only finding."""
    try:
        handle = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        words = "this is no terminal: nothing could be asked"
        return [Check("terminal", "warn", words, "Run `localgpt-tui doctor terminal` where you run the app.")]
    try:
        with Line(handle) as line:
            return list(_checks(line, environ, os.get_terminal_size(handle)))
    finally:
        os.close(handle)


def _checks(line: Line, environ: Mapping[str, str], size: os.terminal_size) -> Iterator[Check]:
    who = line.ask()
    yield _terminal(line, environ, size, answers=who is not None)
    tmux = tmux_here() if environ.get("TMUX") else None
    if who is None:
        words = "it answers no questions: what it can do was not measured"
        yield Check("answers", "warn", words, "Another terminal may do better; `chat --plain` needs nothing of it.")
        yield _colours(environ, measured=None)
    else:
        yield _distance(line)
        yield _colours(environ, measured=_true_colour(line))
        yield _frames(line, environ)
        yield _keys(line)
        yield from _widths(line)
    if tmux is not None:
        yield clipboard_through(tmux)
        yield from tmux_checks(tmux)
    elif environ.get("TMUX"):
        yield Check("tmux", "warn", "it does not answer: its settings were not looked at", "Is tmux on the PATH?")
    else:
        yield _clipboard(environ, who or "")


def _terminal(line: Line, environ: Mapping[str, str], size: os.terminal_size, *, answers: bool) -> Check:
    name = re.search(r"\x1bP>\|(.*?)\x1b\\", (line.ask("\x1b[>q") or "") if answers else "")
    between = [
        word for word, sign in (("tmux", "TMUX"), ("GNU screen", "STY"), ("SSH", "SSH_TTY")) if environ.get(sign)
    ]
    words = f"TERM={environ.get('TERM') or 'not set'}, {size.columns}×{size.lines}"
    words += f", {name[1]}" if name else ""
    words += f", through {' and '.join(between)}" if between else ""
    if size.columns < _NARROW or size.lines < _SHORT:
        return Check("terminal", "warn", f"{words}: very small", f"{_NARROW}×{_SHORT} is the least that shows all.")
    return Check("terminal", "ok", words)


def _distance(line: Line) -> Check:
    taken = line.round_trip()
    if taken is None:
        return Check("round trip", "warn", "it does not say where its cursor stands", "Another terminal may do better.")
    words = f"{max(1, round(taken * 1000))} ms from a key to what it shows, at least"
    if taken > _FAR:
        fix = "On a far line, `localgpt-tui config set ui.reduced_motion true` saves what moves by itself."
        return Check("round trip", "warn", words, fix)
    return Check("round trip", "ok", words)


def _true_colour(line: Line) -> bool | None:
    """Whether a colour out of 16 million is kept as it was set (DECRQSS); None where that cannot be told."""
    answer = line.ask("\x1b[48;2;1;2;3m\x1bP$qm\x1b\\\x1b[0m") or ""
    if "$r" not in answer:
        return None
    return bool(_TRUE_COLOUR.search(answer))


def _colours(environ: Mapping[str, str], *, measured: bool | None) -> Check:
    if environ.get("NO_COLOR"):
        return Check("colours", "ok", "none, since NO_COLOR is set")
    if environ.get("COLORTERM") in {"truecolor", "24bit"}:
        if measured is False:
            fix = "unset COLORTERM"
            return Check("colours", "warn", "COLORTERM promises 16 million, but the terminal keeps fewer", fix)
        return Check("colours", "ok", "16 million" + (", measured" if measured else ", as COLORTERM says"))
    count = "256" if "256" in environ.get("TERM", "") else "16 or fewer"
    if measured:
        words = f"{count} by TERM, though the terminal has 16 million"
        return Check("colours", "warn", words, "export COLORTERM=truecolor (SSH often does not pass it on)")
    return Check("colours", "ok", f"{count}, as TERM says")


def _frames(line: Line, environ: Mapping[str, str]) -> Check:
    if environ.get("TERM_PROGRAM") == "Apple_Terminal":  # it would print the question
        return Check("whole frames", "ok", "not with this terminal (mode 2026)")
    answer = line.ask("\x1b[?2026$p") or ""
    if re.search(r"\x1b\[\?2026;[123]\$y", answer):
        return Check("whole frames", "ok", "shown at once (mode 2026)")
    return Check("whole frames", "ok", "not known here (mode 2026): little is written at a time, so it rarely shows")


def _keys(line: Line) -> Check:
    if re.search(r"\x1b\[\?\d+u", line.ask("\x1b[?u") or ""):
        return Check("keys", "ok", "all of them arrive (Kitty's protocol), Shift+Enter too")
    return Check("keys", "ok", "the usual ones; Ctrl+J makes a new line, Shift+Enter arrives as Enter")


def _widths(line: Line) -> Iterator[Check]:
    wrong = [sign for sign in _AMBIGUOUS if line.cells(sign) not in {1, None}]
    if wrong:
        fix = "localgpt-tui config set ui.ascii always"
        yield Check("widths", "warn", f"{' '.join(wrong)} take two cells here: lines would not meet", fix)
    elif line.cells(_WIDE) not in {2 * len(_WIDE), None}:
        words = f"{_WIDE} do not take two cells each: lines with such letters will be out of place"
        yield Check("widths", "warn", words, "export LANG=C.UTF-8, in the terminal and where this runs")
    else:
        yield Check("widths", "ok", "every sign takes the cells it should")


def _clipboard(environ: Mapping[str, str], who: str) -> Check:
    otherwise = "/copy file and /print always work."
    if environ.get("STY"):
        return Check("clipboard", "warn", "through GNU screen, which may not pass it on (OSC 52)", otherwise)
    attributes = re.search(r"\x1b\[\?([\d;]*)c", who)
    if attributes and "52" in attributes[1].split(";"):
        return Check("clipboard", "ok", "the terminal says that it takes copied text (OSC 52)")
    return Check("clipboard", "ok", "sent to the terminal (OSC 52); whether it takes it cannot be told", otherwise)

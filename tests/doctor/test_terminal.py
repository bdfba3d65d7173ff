"""What `doctor terminal` finds out, asked of scripted terminals on real pseudo-terminals."""

import json
import os
import re
import subprocess
import sys

import pytest
from ptys import running

WHO = b"\x1b[?62;22c"


class Scripted:
    """A terminal that answers what it is told to, in the order it is asked; widths are those of `wide`."""

    def __init__(self, answers=(), *, wide="漢字", who=WHO):
        self.answers = {b"\x1b[c": who, **dict(answers)}
        self.wide = wide
        self.column = 0

    def __call__(self, written: bytes) -> bytes:
        sent = b""
        for piece in re.findall(rb"\x1bP.*?\x1b\\|\x1b\[[?>]?[\d;]*\$?[a-zA-Z]|[^\x1b]+", written):
            if piece == b"\x1b[6n":
                sent += b"\x1b[1;%dR" % (self.column + 1)
            elif piece.startswith(b"\x1b"):
                sent += self.answers.get(piece, b"")
            else:
                text = piece.decode().rpartition("\r")[2]
                self.column = sum(2 if sign in self.wide else 1 for sign in text) + (
                    0 if "\r" in piece.decode() else self.column
                )
        return sent


MODERN = {
    b"\x1b[>q": b"\x1bP>|kitty(0.40)\x1b\\",
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"\x1b[?u": b"\x1b[?0u",
    b"\x1bP$qm\x1b\\": b"\x1bP1$r0;48:2::1:2:3m\x1b\\",
}


def asked(tmp_path, answer, *, size=(100, 30), **environ):
    """What the doctor finds on a terminal that answers so, as {name: [checks]}, and what it left on the screen."""
    said = tmp_path / "said.json"
    program = (
        f"import os; f = os.open({str(said)!r}, os.O_CREAT | os.O_WRONLY); os.dup2(f, 1)\n"
        "from localgpt_tui.cli import main; main(['doctor', 'terminal', '--json'])"
    )
    with running("-c", program, size=size, answer=answer, **environ) as terminal:
        terminal.until(terminal.ended)
        assert terminal.status == 0
        assert terminal.shown.strip() == ""
    found = {}
    for check in json.loads(said.read_text()):
        found.setdefault(check["name"], []).append(check)
    return found


def test_a_modern_terminal_is_known_for_what_it_can_do(tmp_path):
    found = asked(tmp_path, Scripted(MODERN, who=b"\x1b[?62;52c"), COLORTERM="truecolor")

    assert "kitty(0.40)" in found["terminal"][0]["words"]
    assert "100×30" in found["terminal"][0]["words"]
    assert "16 million, measured" in found["colours"][0]["words"]
    assert "mode 2026" in found["whole frames"][0]["words"]
    assert "Shift+Enter too" in found["keys"][0]["words"]
    assert "takes copied text" in found["clipboard"][0]["words"]
    assert " ms " in found["round trip"][0]["words"]
    assert {check["status"] for checks in found.values() for check in checks} == {"ok"}


def test_a_plain_terminal_is_told_its_ways_round(tmp_path):
    found = asked(tmp_path, Scripted(), COLORTERM="", TERM="xterm")

    assert "16 or fewer" in found["colours"][0]["words"]
    assert "Ctrl+J" in found["keys"][0]["words"]
    assert "cannot be told" in found["clipboard"][0]["words"]
    assert "/copy file" in found["clipboard"][0]["fix"]


@pytest.mark.parametrize(
    ("colorterm", "kept", "words"),
    [
        ("", b"48:2::1:2:3", "the terminal has 16 million"),
        ("truecolor", b"48;5;16", "keeps fewer"),
        ("truecolor", b"48;2;1;2;3", "16 million, measured"),
    ],
)
def test_colours_are_measured_and_not_believed(tmp_path, colorterm, kept, words):
    answers = {b"\x1bP$qm\x1b\\": b"\x1bP1$r0;" + kept + b"m\x1b\\"}
    assert words in asked(tmp_path, Scripted(answers), COLORTERM=colorterm)["colours"][0]["words"]


def test_signs_that_take_two_cells_lead_to_the_ascii_set(tmp_path):
    found = asked(tmp_path, Scripted(wide="漢字…│▌❯·☑●"))

    assert found["widths"][0]["status"] == "warn"
    assert "…" in found["widths"][0]["words"]
    assert "⠋" not in found["widths"][0]["words"]
    assert "ui.ascii" in found["widths"][0]["fix"]


def test_a_terminal_that_takes_one_cell_for_a_wide_letter_is_noticed(tmp_path):
    assert "out of place" in asked(tmp_path, Scripted(wide=""))["widths"][0]["words"]


def test_a_terminal_that_answers_nothing_is_not_waited_for_long(tmp_path):
    found = asked(tmp_path, None)

    assert "answers no questions" in found["answers"][0]["words"]
    assert "widths" not in found


@pytest.fixture
def tmux(tmp_path, monkeypatch):
    """Puts a `tmux` on the path that has the given settings."""

    def install(**settings):
        folder = tmp_path / "bin"
        folder.mkdir()
        lines = "\n".join(
            f'"show-options -gv {name.replace("_", "-")}") echo "{value}";;' for name, value in settings.items()
        )
        outer, features = settings.get("outer", "xterm-256color"), settings.get("features", "RGB,clipboard")
        script = f"""#!/bin/sh
case "$*" in
-V) echo "tmux 3.3a";;
{lines}
"display-message -p #{{client_termname}}") echo "{outer}";;
"display-message -p #{{client_termfeatures}}") echo "{features}";;
*) exit 1;;
esac
"""
        (folder / "tmux").write_text(script)
        (folder / "tmux").chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    return install


DEFAULTS = {"set_clipboard": "external", "allow_passthrough": "off", "focus_events": "off"}


def test_tmux_as_it_comes_gets_the_lines_that_help(tmp_path, tmux):
    tmux(**DEFAULTS, extended_keys="off", escape_time="500", features="clipboard")
    found = asked(tmp_path, Scripted(), TMUX="/tmp/tmux,1,0")

    fixes = [check["fix"] for check in found["tmux"]]
    assert "set -s escape-time 10" in fixes
    assert "set -s extended-keys on; set -as terminal-features ',xterm-256color:extkeys'" in fixes
    assert "set -as terminal-features ',xterm-256color:RGB'" in fixes
    assert "load-buffer" in found["clipboard"][0]["words"]
    assert found["clipboard"][0]["status"] == "ok"


def test_tmux_that_is_set_well_needs_no_lines(tmp_path, tmux):
    tmux(set_clipboard="on", focus_events="on", extended_keys="on", escape_time="10")
    found = asked(tmp_path, Scripted(), TMUX="/tmp/tmux,1,0")

    assert [check["fix"] for check in found["tmux"]] == ["", "", ""]


def test_tmux_inside_another_multiplexer_is_where_copies_end(tmp_path, tmux):
    tmux(**DEFAULTS, extended_keys="on", escape_time="10", outer="screen-256color")

    assert asked(tmp_path, Scripted(), TMUX="/tmp/tmux,1,0")["clipboard"][0]["status"] == "warn"


def test_tmux_that_is_gone_is_said_to_be_silent(tmp_path):
    found = asked(tmp_path, Scripted(), TMUX="/tmp/tmux,1,0", PATH="/nowhere")

    assert "does not answer" in found["tmux"][0]["words"]


def test_without_a_terminal_it_says_so():
    done = subprocess.run(
        [sys.executable, "-m", "localgpt_tui", "doctor", "terminal"],
        capture_output=True, stdin=subprocess.DEVNULL, start_new_session=True, check=False, text=True,
    )  # fmt: skip

    assert done.returncode == 0
    assert "this is no terminal" in done.stdout


def test_for_people_it_ends_with_the_lines_for_tmux(tmux):
    tmux(**DEFAULTS, extended_keys="off", escape_time="500")
    with running("-m", "localgpt_tui", "doctor", "terminal", answer=Scripted(), TMUX="/tmp/tmux,1,0") as terminal:
        terminal.until("For ~/.tmux.conf:")
        terminal.until("set -s escape-time 10")
        terminal.until(terminal.ended)

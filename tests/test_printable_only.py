"""Whatever hostile text is shown, by the app in a real terminal or by a command, only printable text gets out."""

import os
import re
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from hearing import Out
from hostile import NAME, TELLTALE, furnish, hostile
from model_server import serve
from ptys import running

from localgpt_tui.cli import cli, status_of
from localgpt_tui.logs import stop_logging
from localgpt_tui.paths import find_places

SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]P_^X][^\x1b\x07]*(?:\x07\x07?|\x1b\\)|[^\[\]P_^X])|[\x80-\x9f]")
OWN = re.compile(
    r"\x1b\[(?:\d*(?:;\d*)*m|\d+;\d+H|\?(?:7|25|100[0246]|1016|1049|2004|2026|2048)[hl]|\?20(?:26|48)\$p|2[23];2t|[<>]?\d*u)"
    r"|\x1b\](?:2;[^\x00-\x1f\x7f-\x9f]*\x07?|22;\w+|52;c;[\w+/=]*)\x07"
)
"""All that our driver writes: colours, places, modes, questions, title and bell, the pointer, the clipboard."""

ESCAPE, LEADER, ENTER = "\x1b", "\x18", "\r"

KEPT = (  # keys, and what is to be read after them; what begins with a minus is not
    ("", "Ksession Kuser Kattachment Kmodel Kreply Ktitle Klink Kcode Kcell Ktool Karguments Kpartial Knotice Ksource"),
    (LEADER + "z", "Kthinking Kresult Kerror"),
    (LEADER + "T", "Ktool Karguments -Kuser"),
    (ESCAPE, "Kuser"),
    (LEADER + "o", "Ktarget it_says"),
    (ESCAPE, "Kuser -it_says"),
    (LEADER + "W", "Ksource -Kuser"),
    (ESCAPE, "Kuser"),
    (LEADER + "yy", "OSC_52"),
    (LEADER + "f", "What_you_said_before"),
    (ESCAPE, "-What_you_said_before"),
    (LEADER + "4", "Kclaim Kverified Kwritten Ktried Koutcome Kreason Kbeatmodel Kbeatnotice Ktask"),
    (ESCAPE, "Kuser"),
    (LEADER + "N", "Kasker Kwaitingshown"),
    (ENTER, "Kwrites Khost Kconfined Kafter Kwaitingreason Kwaitingwhy"),
    (ESCAPE, "Kasker"),
    (ESCAPE, "Kuser"),
    (LEADER + "3", "Knote"),
    (ESCAPE, "Kuser"),
    ("@Kfi", "Kfile"),
    ("\x15", "-Kfile"),
)
COMMAND = f"cat in; while ! test -e go; do sleep 0.02; done; cat in >&2; exit 3 # Kcommand{NAME}"
CALLS = (
    ("bash", {"command": COMMAND}),
    ("edit_file", {"path": "text", "old_string": "Kold", "new_string": f"Knew{NAME}"}),
    ("read_file", {"path": hostile("Kmissing")}),
    (hostile("Kunknown"), {hostile("Kargument"): hostile("Kvalue")}),
)


@pytest.fixture
def places(tmp_path, monkeypatch):
    folder = tmp_path / f"Kfolder{NAME}"
    folder.mkdir()
    monkeypatch.chdir(folder)
    places = find_places()
    places.config_file.parent.mkdir(parents=True, exist_ok=True)
    furnish(places, folder)
    return places


@pytest.fixture
def model(places):
    with serve() as model:
        places.config_file.write_text(f'{model.config}[memory]\nembedding_provider = "none"\n')
        places.config_file.chmod(0o600)
        yield model


def nothing_but_text(written: bytes) -> None:
    """Every byte is printable text, a line's end, or a sequence of our own that holds nothing of theirs."""
    text = written.decode("utf-8")
    foreign = [found for found in SEQUENCE.findall(text) if not OWN.fullmatch(found)]
    assert foreign == []
    titles = "\x1b]2;"
    assert not [found for found in SEQUENCE.findall(text) if TELLTALE in found and not found.startswith(titles)]
    assert {letter for letter in SEQUENCE.sub("", text) if not letter.isprintable()} <= {"\r", "\n"}


def step(terminal, keys, words):
    """Press `keys`, and wait until all of `words` can be read at once."""
    wanted = [word.replace("_", " ") for word in words.split()]

    terminal.press(keys)
    terminal.until_read(lambda shown: all((word.lstrip("-") in shown) != word.startswith("-") for word in wanted))


def test_the_app_writes_nothing_but_text(places, model):
    with running("-m", "localgpt_tui", "chat", "--resume", size=(150, 90)) as terminal:
        for keys, words in KEPT:
            step(terminal, keys, words)
        live(terminal, model)
        nothing_but_text(terminal.seen)


def answer(terminal, question):
    """Say yes to a question; once more where the key came before it takes an answer, or went into the draft."""
    for _ in range(15):
        if "Esc draft" not in terminal.shown:
            terminal.press("\t")
            terminal.read(1.0)
        terminal.press("y")
        terminal.read(2.0)
        if question not in terminal.shown:
            return
    raise AssertionError(f"it takes no answer:\n{terminal.shown}")


def live(terminal, model):
    """One turn as it happens: questions, output, what waits, what goes wrong."""
    Path("in").write_bytes(hostile("Koutput").encode("utf-8", "replace") + b"\xff\x9b6661m\x1b]52;c;6661")
    Path("text").write_text(f"Kold{NAME}")
    calls = iter([[each] for each in CALLS])
    model.calling = lambda request: next(calls, [])
    model.pieces, model.thought = (hostile("Klive"), hostile("Kmore")), hostile("Kthought")
    step(terminal, "go\r", "y_trust_this_folder Korigin")
    answer(terminal, "y trust this folder")
    step(terminal, "", "y_yes may_this Kcommand")
    answer(terminal, "y yes")
    step(terminal, "", "Koutput")
    step(terminal, f"\x1b[200~{hostile('Kqueued')}\x1b[201~", "Kqueued")
    step(terminal, ENTER, "Write_here Kqueued")
    Path("go").touch()
    step(terminal, "", "Knew y_yes")
    answer(terminal, "y yes")
    step(terminal, "", "Kmissing Kunknown Klive Kmore")
    model.status, model.problem = 400, hostile("Kproblem")
    step(terminal, "again\r", "Kproblem")


COMMANDS = (  # what is asked for, and what is to be read
    ("session list", "Ksession"),
    ("session show SESSION", "Kuser Kattachment Kreply Kcode Klink Ktool Kresult Kerror Kpartial"),
    ("session show --json SESSION", "Kuser"),
    ("session export SESSION", "Kuser Kattachment Kreply Kcode Klink Ktool Kresult Kerror Kpartial"),
    ("session export -f json SESSION", "Kuser"),
    ("memory search zebra", "Kpassage Kmemory Knote"),
    ("memory search --json zebra", "Kpassage"),
    ("memory show MEMORY.md", "Kheading Kmemory"),
    ("memory recent", "Kmemory"),
    ("memory log", ""),
    ("memory stats", ""),
    ("approvals list", "Kwaitingshown"),
    ("approvals list --json", "Kasker"),
    ("audit show", "Kaudit Kauditsource"),
    ("audit show --json", "Kaudit"),
    ("audit stats", ""),
    ("policy status", ""),
    ("heartbeat status", ""),
    ("heartbeat tasks", "Ktask"),
    ("heartbeat log", "Kreason"),
    ("heartbeat log --json", "Kclaim"),
    ("ask -m recall zebra", "zebra"),
    ("ask why", "Klive Kmore"),
    ("ask --json why", "Klive Kmore"),
    ("chat --plain", ""),
    ("doctor", ""),
    ("paths", ""),
)


def written(words, *, tty):
    """What a command writes, to a terminal or into a pipe."""
    out, before = Out(tty=tty), sys.stdin
    with Path(os.devnull).open() as nothing, redirect_stdout(out), redirect_stderr(out):
        sys.stdin = nothing
        status_of(cli, words)
        sys.stdin = before
    stop_logging()
    return out.getvalue()


@pytest.mark.parametrize(("line", "words"), COMMANDS, ids=[line for line, _ in COMMANDS])
def test_a_command_writes_nothing_but_text(places, model, line, words):
    model.pieces = (hostile("Klive"), hostile("Kmore"))
    name = next(places.sessions.glob("*.jsonl")).stem
    for tty in (True, False):
        text = written(line.replace("SESSION", name).split(), tty=tty)
        assert [word for word in words.split() if word not in text] == []
        nothing_but_text(text.encode())

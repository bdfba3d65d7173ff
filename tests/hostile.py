"""Text that tries everything on a terminal, and a home in which it stands wherever text is kept."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from localgpt_tui.approvals.inbox import Inbox
from localgpt_tui.core.approvals import Act, Approval
from localgpt_tui.core.messages import AssistantMessage, Attachment, Thinking, ToolCall, ToolMessage, UserMessage
from localgpt_tui.heartbeat import Heartbeat
from localgpt_tui.ledger import HEARTBEAT, Row
from localgpt_tui.ledger.rows import Tried
from localgpt_tui.paths import Places
from localgpt_tui.safety.audit import audit_of
from localgpt_tui.sessions.journal import Journal

TELLTALE = "6661"
"""Stands in every sequence of the attack, and in none that the program writes by itself."""

NAME = (
    "\x1b]52;c;NjY2MQ6661\x07\x1b]2;6661\x07\x1b]8;;6661:x\x1b\\"
    "\x1b[6661;1H\x1b[6661m\x1b[?6661h\x1bP6661q\x1b\\\x1b_6661\x1b\\\x1bc\x1b]6661;unended "
    "\x9b6661m\x9d52;c;6661\x9c\x90\x85\x7f\x08\x0b\x0e\u202e\u2066\u200b\u2028\ufeff\U000e0041\U000e007f"
)
"""What can stand in a file name, too."""

ATTACK = f"{NAME}\x07\x00\r\ud800 \x1b"


def hostile(word: str) -> str:
    """A text in which `word` is to be read, and nothing else may happen."""
    return f"{word} {ATTACK} [/x] [@click=app.quit]"


def furnish(places: Places, folder: Path) -> None:
    """Let hostile text stand in everything that is kept; `folder` is the working folder."""
    _workspace(places)
    _session(places, folder)
    _question(places, folder)
    _beats(places)
    audit_of(places).record("tool_call", hostile("Kauditsource"), hostile("Kaudit"), session=hostile("x"))
    (folder / f"Kfile{NAME}.txt").write_bytes(hostile("Kcontent").encode("utf-8", "replace"))


def _workspace(places: Places) -> None:
    (places.workspace / "memory").mkdir(parents=True)
    (places.workspace / "MEMORY.md").write_text(f"# Kheading {NAME}\n\nKmemory zebra {NAME}\n")
    (places.workspace / "HEARTBEAT.md").write_text(f"- [ ] Ktask {NAME}\n")
    (places.workspace / f"Knote{NAME}.md").write_text(f"Kpassage zebra {NAME}\n")


def _session(places: Places, folder: Path) -> None:
    call = ToolCall("c1", "bash", json.dumps({"command": hostile("Karguments")}))
    messages = (
        UserMessage(hostile("Kuser"), (Attachment(f"Kattachment{NAME}.txt", "text/plain", b"x"),)),
        AssistantMessage(
            f"{hostile('Kreply')}\n\n# {hostile('Ktitle')}\n\n[{hostile('Klink')}](http://a.example/{hostile('')})\n\n"
            f"```{hostile('py')}\n{hostile('Kcode')}\n```\n\n| {hostile('Kcell')} |\n|---|\n| x |\n",
            (Thinking(hostile("Kthinking")),),
            (call, replace(call, id="c2", name=hostile("Ktool"))),
            hostile("Kmodel"),
        ),
        ToolMessage("c1", "bash", hostile("Kresult")),
        ToolMessage("c2", hostile("Ktool"), hostile("Kerror"), failed=True),
        AssistantMessage(
            f"{hostile('Kpartial')}\n\n[Kgoes](http://a.example/Ktarget\x1b[6661m\u202e\x9b6661m)\n",
            stop="failed",
            note=hostile("Knotice"),
        ),
    )
    with Journal.create(places.sessions, cwd=str(folder)) as journal:
        for message in messages:
            journal.append(message)
        journal.mark("sources", passages=[{"path": hostile("Ksource"), "lines": [1, 2], "score": 0.5, "number": 1}])
        journal.mark("taint", origin=hostile("Korigin"), near=False)
        journal.mark("title", title=hostile("Ksession"))


def _question(places: Places, folder: Path) -> None:
    texts = {name: hostile(f"Kwaiting{name}") for name in ("shown", "reason", "why")}
    act = Act("run", texts["shown"], shown=texts["shown"], folder=str(folder), reasons=(texts["reason"],))
    act = replace(
        act,
        writes=(hostile("Kwrites"),),
        hosts=(hostile("Khost"),),
        confined=hostile("Kconfined"),
        afterwards=hostile("Kafter"),
    )
    call = ToolCall("q", "bash", json.dumps({"command": texts["shown"]}))
    inbox = Inbox(places.state / "approvals")
    inbox.add(Approval("0123456789abcdef", call, act, why=(texts["why"],), session="s", title=hostile("Kasker")))


def _beats(places: Places) -> None:
    moment = datetime.now(UTC) - timedelta(minutes=5)
    row = Row.begun(HEARTBEAT, "slot", moment, moment)
    told = replace(
        row,
        tasks=(Tried("k", hostile("Ktried"), hostile("Koutcome")),),
        claims=hostile("Kclaim"),
        verified=(hostile("Kverified"),),
        memories=(hostile("Kwritten"),),
        model=hostile("Kbeatmodel"),
        session=hostile("Kbeatsession"),
        notice=hostile("Kbeatnotice"),
    )
    ledger = Heartbeat.open(places).ledger
    ledger.claim(row)
    ledger.end(told, "sent", ended=moment, reason=hostile("Kreason"))

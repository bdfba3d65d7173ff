"""What the screen knows of the guard: how much it asks, what holds commands in, and which questions wait."""

from typing import TYPE_CHECKING

from localgpt_tui.core.errors import LocalGPTError

if TYPE_CHECKING:  # pydantic, the store and the rest come after the first frame
    from localgpt_tui.approvals.inbox import Inbox
    from localgpt_tui.core.approvals import Mode
    from localgpt_tui.sessions.journal import Journal
    from localgpt_tui.ui.sitting import Sitting

MEANING: dict[str, str] = {
    "ask": "You are asked before everything that is not known to be harmless.",
    "writes": "You are asked before what changes files or runs commands; looking and fetching is not asked about.",
    "read-only": "Nothing is changed and nothing is run, and you are not asked.",
}
"""The modes, in words for a person."""


def mode(sitting: "Sitting | None") -> str:
    """How much is asked about in the open conversation; empty before there is one."""
    conversation = sitting.conversation if sitting is not None else None
    return conversation.guard.mode if conversation is not None and conversation.guard is not None else ""


def change_mode(sitting: "Sitting", name: str = "") -> "Mode":
    """Let the open conversation ask as the mode called `name` says, or as the next one does; returns the mode.

    Raises:
        LocalGPTError: there is no such mode, or no conversation yet.
    """
    from localgpt_tui.approvals.ruling import MODES  # noqa: PLC0415 - the first frame does not wait for it

    guard = sitting.conversation.guard if sitting.conversation is not None else None
    if guard is None:
        raise LocalGPTError("Nobody answers here yet.", "Answer the question above the draft first.")
    if name and name not in MODES:
        raise LocalGPTError(f"There is no mode {name!r}.", f"The modes are {', '.join(MODES)}.")
    guard.mode = next((each for each in MODES if each == name), MODES[(MODES.index(guard.mode) + 1) % len(MODES)])
    return guard.mode


def tier(sitting: "Sitting | None") -> str:
    """How well commands are held in; found out by trying, the first time, which blocks for a moment."""
    return sitting.tier() if sitting is not None else ""


def inbox(sitting: "Sitting | None") -> "Inbox | None":
    """The questions that wait, of every program; None before there is anybody to ask."""
    return sitting.assistant.equipment.inbox if sitting is not None else None


def runs_by_itself(sitting: "Sitting", session: str) -> bool:
    """Whether the session of that id is one of the heartbeat's or of a job's: it goes on without a person."""
    places = sitting.assistant.places
    files = places.state.glob(f"agents/*/sessions/{session}.jsonl")
    return any(file.parent != places.sessions for file in files)


def journal_of(sitting: "Sitting", session: str) -> "Journal":
    """The session of that id, also one of the heartbeat's or of a job's; blocks on the disk.

    Raises:
        SessionError: there is no such session any more.
    """
    from localgpt_tui.sessions.shelf import Shelf  # noqa: PLC0415 - the first frame does not wait for it

    places = sitting.assistant.places
    for file in places.state.glob(f"agents/*/sessions/{session}.jsonl"):
        return Shelf(file.parent, places.cache).open(session)
    return sitting.assistant.shelf.open(session)

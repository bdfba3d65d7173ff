"""The audit log: what was asked, answered, refused and run, a line each, chained by hashes: evidence, no protection."""

import hashlib
import json
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from localgpt_tui.core.messages import now
from localgpt_tui.files import append_line, atomic_write, locked_file, private_folder
from localgpt_tui.paths import Places

GENESIS = "0" * 64
"""What the first entry names as the hash of the one before it, as in LocalGPT's own log."""

_TAIL = 65_536
_LONGEST_DETAIL = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log.

    Attributes:
        action: such as `tool_call`, `approved`, `refused`, `policy_loaded`, `sandbox`, `chain_recovery`.
        source: who or what caused it, such as `tool:bash`, `person`, `session_start`.
        detail: one line for a person; never a secret.
        content_sha256: of what it is about, such as a call's arguments; empty where there is nothing.
        session: the session it happened in; empty outside of one.
    """

    ts: str
    action: str
    source: str
    detail: str
    content_sha256: str
    session: str
    prev_entry_sha256: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What checking the whole log found.

    Attributes:
        entries: how many whole lines there are; breaks: a sentence for each place where the chain does not hold.
    """

    entries: int
    breaks: tuple[str, ...]


class Audit:
    """The log in `file`; the hash of its last line is kept in `head`, another place, so that a cut end is noticed."""

    def __init__(self, file: Path, head: Path, *, redact: Callable[[str], str] = str) -> None:
        """Nothing is written before the first entry.

        Args:
            redact: takes secrets out of a text.
        """
        self.file, self._head = file, head
        self._redact = redact
        self._one_at_a_time = threading.Lock()

    def record(
        self,
        action: str,
        source: str,
        detail: str = "",
        *,
        content: str = "",
        session: str = "",
        when: datetime | None = None,
    ) -> None:
        """Append one entry, after one that says so where the end of the log was torn.

        Raises:
            OSError: it could not be written.
        """
        private_folder(self.file.parent)
        private_folder(self._head.parent)
        with self._one_at_a_time, locked_file(self.file.with_suffix(".lock")):
            last, torn = self._end()
            if torn:
                last = self._append(("chain_recovery", "audit", "the last line was torn", "", ""), last, when)
            told = self._redact(" ".join(detail.split()))[:_LONGEST_DETAIL]
            digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest() if content else ""
            last = self._append((action, source, told, digest, session), last, when)
            atomic_write(self._head, f"{last}\n".encode())

    def entries(self) -> Iterator[Entry]:
        """The whole lines of the log that can be read, oldest first."""
        for line in _lines(self.file):
            entry = _entry(line)
            if entry is not None:
                yield entry

    def verify(self) -> Verification:
        """Check each link of the chain, and that its end was not cut off."""
        breaks: list[str] = []
        before, count = GENESIS, 0
        for number, line in enumerate(_lines(self.file), 1):
            entry = _entry(line)
            if entry is None:
                breaks.append(f"line {number} cannot be read")
                continue
            count += 1
            if entry.prev_entry_sha256 != before:
                healed = entry.action == "chain_recovery" and breaks
                breaks += [] if healed else [f"line {number} does not follow the line before it"]
            before = _hash(line)
        kept = self._kept_head()
        if kept and kept != before:
            breaks.append("the end of the log is not the one that was written last")
        return Verification(count, tuple(breaks))

    def counts(self) -> Counter[str]:
        """How often each action was written down."""
        return Counter(entry.action for entry in self.entries())

    def _append(self, said: tuple[str, str, str, str, str], last: str, when: datetime | None) -> str:
        action, source, detail, digest, session = said
        line = json.dumps(
            {
                "ts": (when or now()).isoformat(timespec="milliseconds"),
                "action": action,
                "source": source,
                "detail": detail,
                "content_sha256": digest,
                "session": session,
                "prev_entry_sha256": last,
            }
        ).encode()
        append_line(self.file, line, durable=False)
        return _hash(line)

    def _end(self) -> tuple[str, bool]:
        """The hash of the last whole line, and whether something torn comes after it."""
        try:
            with self.file.open("rb") as log:
                size = log.seek(0, os.SEEK_END)
                log.seek(max(0, size - _TAIL))
                end = log.read()
        except FileNotFoundError:
            return GENESIS, False
        torn = bool(end) and not end.endswith(b"\n")
        whole = [line for line in end.split(b"\n")[: -1 if torn else None] if line]
        return (_hash(whole[-1]) if whole else GENESIS), torn

    def _kept_head(self) -> str:
        try:
            return self._head.read_text("ascii").strip()
        except (OSError, ValueError):
            return ""


def audit_of(places: Places, *, redact: Callable[[str], str] = str) -> Audit:
    """The log of the program whose files are in `places`."""
    return Audit(places.state / "audit.jsonl", places.data / "audit-head", redact=redact)


def _lines(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as log:
            yield from (line.rstrip(b"\n") for line in log if line.strip())
    except FileNotFoundError:
        return


def _entry(line: bytes) -> Entry | None:
    try:
        return Entry(**json.loads(line))
    except (ValueError, TypeError):
        return None


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()

"""The ledger: one row for everything the assistant did by itself, or should have done, in lines that are only added."""

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.messages import now
from localgpt_tui.files import append_line, folder_locked, private_folder
from localgpt_tui.ledger.rows import (
    HEARTBEAT,
    INTERRUPTED,
    Outcome,
    Row,
    Tried,
    news,
    plain,
    records_in,
    row_of,
    utc,
)
from localgpt_tui.processes import Process

__all__ = ["HEARTBEAT", "NAME", "Ledger", "Outcome", "Row", "Tried"]

NAME = "ledger.jsonl"

_VERSION = 1


class Ledger:
    """The rows in `folder`/ledger.jsonl; several programs may write it and read it.

    A row is begun with one line and ended with another, so that whatever was interrupted is known.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self._folder = folder
        self._offset = 0
        self._records: dict[str, dict[str, object]] = {}
        self._rows: dict[str, Row] = {}
        self._slots: set[tuple[str, str]] = set()
        self._clockwork: dict[str, str] = {}
        self._since: datetime | None = None
        self._file: tuple[int, int] = (0, 0)

    @property
    def since(self) -> datetime | None:
        """When the ledger was begun; None where there is none yet."""
        self._catch_up()
        return self._since

    def begin_keeping(self, moment: datetime | None = None) -> None:
        """Make the file where there is none, so that it is known from when on beats are missed.

        Raises:
            LocalGPTError: it cannot be written.
        """
        with self._alone():
            self._prepare(moment or now())

    def rows(self, limit: int = 0) -> list[Row]:
        """All rows, or the last `limit`, the oldest first; what is running and what was interrupted is told apart.

        Raises:
            LocalGPTError: the file cannot be read.
        """
        self._catch_up()
        return [row for name in list(self._records)[-limit:] if (row := self._row(name)) is not None]

    def last(self, job: str = HEARTBEAT) -> Row | None:
        """The newest row of `job`."""
        self._catch_up()
        names = (name for name, record in reversed(self._records.items()) if record.get("job") == job)
        return next((row for name in names if (row := self._row(name)) is not None), None)

    def scheduled(self, job: str) -> Row | None:
        """The newest row of `job` that the clock began."""
        self._catch_up()
        return self._row(self._clockwork[job]) if job in self._clockwork else None

    def taken(self, job: str, slot: str) -> bool:
        """True where there is a row of `job` for `slot`."""
        self._catch_up()
        return (job, slot) in self._slots

    def claim(self, row: Row, *, twice: bool = False) -> bool:
        """Write a new row down; False where its slot was taken before, by whomever.

        A row that is `running` is to be ended later; any other is whole with this.

        Args:
            twice: the person asked for it, so that the slot may have been used.

        Raises:
            LocalGPTError: it cannot be written; then nothing must be done.
        """
        me = Process.this()
        with self._alone():
            self._prepare(row.started)
            self._catch_up()
            if not twice and (row.job, row.slot) in self._slots:
                return False
            by = {"by": f"{me.pid} {me.birth}"} if row.outcome == "running" else {}
            self._append({"kind": "began", **by, **plain(row)})
        return True

    def note(self, row: Row) -> Row:
        """Write down what is known of a row that goes on; returns it.

        Raises:
            LocalGPTError: it cannot be written.
        """
        with self._alone():
            self._append({"kind": "noted", **news(row)}, durable=row.acting)
        return row

    def end(self, row: Row, outcome: Outcome, *, ended: datetime, reason: str = "") -> Row:
        """Write down how a row ended; returns it.

        Raises:
            LocalGPTError: it cannot be written.
        """
        done = row.ended_with(outcome, ended, reason)
        with self._alone():
            self._append({"kind": "ended", **news(done)})
        return done

    def close_interrupted(self, moment: datetime) -> list[Row]:
        """End the rows whose process is gone, as unknown, and return them.

        Raises:
            LocalGPTError: it cannot be written.
        """
        with self._alone():
            self._catch_up()
            open_ = [name for name, record in self._records.items() if "outcome" not in record]
            rows = [row for name in open_ if (row := self._row(name)) is not None]
            ended = [replace(row, ended=utc(moment)) for row in rows if row.outcome == "unknown"]
            for row in ended:
                self._append({"kind": "ended", **news(row)})
        return ended

    def _row(self, name: str) -> Row | None:
        """The row called `name`, kept once it cannot change any more."""
        if name in self._rows:
            return self._rows[name]
        record = self._records[name]
        row = row_of(record)
        if row is not None and row.outcome == "running":
            return row if _runner(record).alive else replace(row, outcome="unknown", reason=INTERRUPTED[row.acting])
        if row is not None:
            self._rows[name] = row
        return row

    def _prepare(self, moment: datetime) -> None:
        if not self.path.exists():
            self._append({"kind": "ledger", "version": _VERSION, "time": utc(moment).isoformat()})

    def _append(self, record: Mapping[str, object], *, durable: bool = True) -> None:
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        append_line(self.path, line.encode("utf-8", "replace"), durable=durable)  # half a pair has no UTF-8

    def _catch_up(self) -> None:
        """Read what was added since the last look; a file that was replaced is read anew."""
        try:
            handle = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            self._forget()
            return
        except OSError as error:
            raise LocalGPTError(f"{self.path} cannot be read: {error.strerror}.", "Check its permissions.") from error
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(handle)
            if (status.st_dev, status.st_ino) != self._file or status.st_size < self._offset:
                self._forget()
                self._file = (status.st_dev, status.st_ino)
            file.seek(self._offset)
            fresh = file.read()
        whole = fresh[: fresh.rfind(b"\n") + 1]
        self._offset += len(whole)
        for record in records_in(whole):
            self._take(record)

    def _forget(self) -> None:
        self._offset, self._since, self._file = 0, None, (0, 0)
        self._records.clear()
        self._rows.clear()
        self._slots.clear()
        self._clockwork.clear()

    def _take(self, record: dict[str, object]) -> None:
        kind, name = record.pop("kind", ""), record.get("id")
        if kind == "ledger":
            with contextlib.suppress(ValueError):
                self._since = datetime.fromisoformat(str(record.get("time")))
        elif kind == "began" and isinstance(name, str):
            self._records[name] = record
            job = str(record.get("job"))
            self._slots.add((job, str(record.get("slot"))))
            if record.get("trigger") not in {"person", "answer"}:
                self._clockwork[job] = name
        elif kind in {"noted", "ended"} and name in self._records:
            known = self._records[str(name)]
            known.update(record)
            if kind == "ended":
                known.pop("by", None)
            self._rows.pop(str(name), None)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            private_folder(self._folder)
            with folder_locked(self._folder, seconds=10):
                yield
        except OSError as error:
            raise LocalGPTError(
                f"The ledger {self.path} cannot be written: {error.strerror or error}.",
                "Nothing is done by itself until it can; look at the folder’s permissions and the room on the disk.",
            ) from error


def _runner(record: Mapping[str, object]) -> Process:
    pid, _, birth = str(record.get("by", "")).partition(" ")
    return Process(int(pid) if pid.isdecimal() else 0, birth)

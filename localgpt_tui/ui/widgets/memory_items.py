"""How the files of the memory, and the passages found in it, are listed."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

from localgpt_tui.core.passages import Passage
from localgpt_tui.memory.changes import Change
from localgpt_tui.memory.choices import Choice, Chosen, Chosens
from localgpt_tui.memory.listing import Listing, MemoryFile
from localgpt_tui.memory.memory import Statistics
from localgpt_tui.ui.widgets.memory_list import Item

RECENT = timedelta(days=7)
"""What changed within it is new."""

PINNED, NEVER = "pinned ", "never "
"""How the keys of chosen passages begin."""

_DAILY = re.compile(r"memory/\d{4}-\d{2}-\d{2}\.md")
_KINDS = ("Read in every session", "Daily logs", "Notes", "Knowledge", "Skills", "Folders outside, only read")


def listed(listing: Listing, now: datetime) -> list[Item]:
    """The files under a heading for each kind, daily logs with the newest first, and what was passed over."""
    kinds: dict[str, list[MemoryFile]] = {kind: [] for kind in _KINDS}
    for file in sorted(listing.files, key=lambda file: file.path):
        kinds[_kind(file)].append(file)
    kinds["Daily logs"].reverse()
    items: list[Item] = []
    for kind, members in kinds.items():
        if members:
            items.append(Item(f"{kind} · {len(members)}"))
            items += [_file(member, now) for member in members]
    if listing.passed_over:
        items.append(Item(f"Passed over · {len(listing.passed_over)}"))
        items += [Item(f"  {why}", keep_end=False) for why in listing.passed_over]
    return items


def new_files(files: Iterable[MemoryFile], now: datetime) -> int:
    """How many files changed within the last week."""
    return sum(now - _moment(file.modified) < RECENT for file in files)


def found(
    passages: Sequence[Passage],
    now: datetime,
    *,
    counted: bool = False,
    chosen: Callable[[Passage], Choice | None] = lambda _passage: None,
) -> list[Item]:
    """Passages with their scores and what was chosen for them; `counted` ones also with their numbers."""
    return [
        Item(
            passage.source,
            key=str(place),
            lead=f"{f'[{passage.number or place}] ' if counted else ''}{_score(passage.score)}",
            tail=" ".join(filter(None, (chosen(passage), _day(passage.day, now)))),
        )
        for place, passage in enumerate(passages, 1)
    ]


def chosen_items(places: Mapping[Chosen, Passage | None], chosens: Chosens) -> list[Item]:
    """What is pinned and what is never recalled, each with the key `PINNED` or `NEVER` and its place in its list."""
    items: list[Item] = []
    for title, sign, listed in (("Pinned", PINNED, chosens.pinned), ("Never recalled", NEVER, chosens.never)):
        if listed:
            items.append(Item(f"{title} · {len(listed)}"))
        for place, each in enumerate(listed):
            here = places.get(each)
            tail = here.source if here else "no longer there"
            items.append(Item(each.opening, key=f"{sign}{place}", lead=" ", tail=tail, keep_end=False))
    return items


def about_passage(passage: Passage) -> str:
    """Where a passage stands, and what its score is made of."""
    where = " · ".join(filter(None, (passage.source, passage.heading.replace("\n", " "), passage.day)))
    if not passage.parts:
        return where
    parts = ", ".join(f"{name} {_score(value)}" for name, value in passage.parts.items())
    return f"{where}\nscore {_score(passage.score)}: {parts}"


def about_file(file: MemoryFile | None, path: str, lines: int) -> str:
    """Which file it is, how long, and when it was changed."""
    counted = "1 line" if lines == 1 else f"{lines:,} lines"
    changed = f"changed {_moment(file.modified).astimezone():%Y-%m-%d %H:%M}" if file else ""
    return " · ".join(filter(None, (path, counted, changed)))


def changed(changes: Sequence[Change], now: datetime) -> list[Item]:
    """Changes, each with when, whose and why."""
    return [
        Item(change.why, key=change.id, lead=_when(change.time, now), tail=change.author, keep_end=False)
        for change in changes
    ]


def counts(statistics: Statistics | None, files: int, new: int) -> str:
    """How much there is, and how far it can be found."""
    words = [_count(files, "file"), f"{new} new this week" if new else ""]
    if statistics is not None:
        words += [
            _count(statistics.sessions, "session") if statistics.sessions else "",
            _count(statistics.chunks, "chunk"),
            f"{statistics.embedded:,} with vectors" if 0 < statistics.embedded < statistics.chunks else "",
            size(statistics.size),
        ]
    return " · ".join(filter(None, words))


def size(count: int) -> str:
    """A number of bytes for people."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def _kind(file: MemoryFile) -> str:
    parts = PurePosixPath(file.path).parts
    if file.kind == "extra":
        return _KINDS[5]
    if _DAILY.fullmatch(file.path):
        return _KINDS[1]
    if len(parts) == 1:
        return _KINDS[0]
    return {"knowledge": _KINDS[3], "skills": _KINDS[4]}.get(parts[0], _KINDS[2])


def _file(file: MemoryFile, now: datetime) -> Item:
    moment = _moment(file.modified)
    lead = "*" if now - moment < RECENT else " "
    return Item(file.path, key=file.path, lead=lead, tail=f"{size(file.size)}  {_date(moment, now):>6}")


def _moment(nanoseconds: int) -> datetime:
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC)


def _when(moment: datetime, now: datetime) -> str:
    local = moment.astimezone()
    return f"{local:%H:%M}  " if local.date() == now.astimezone().date() else f"{_date(moment, now):>6} "


def _day(day: str, now: datetime) -> str:
    try:
        return _date(datetime.fromisoformat(day).astimezone(), now)
    except ValueError:
        return day


def _date(moment: datetime, now: datetime) -> str:
    local, today = moment.astimezone(), now.astimezone().date()
    if local.date() == today:
        return "today"
    return f"{local.day} {local:%b}" if abs((today - local.date()).days) < 300 else f"{local:%Y}"


def _score(score: float) -> str:
    return f"{score:.2f}".removeprefix("0")


def _count(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"

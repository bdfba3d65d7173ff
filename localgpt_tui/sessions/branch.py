"""A branch: the entries that lead from a session's start to one of its leaves."""

from collections.abc import Iterable, Iterator

from localgpt_tui.sessions.entries import BRANCH, DAMAGED, PREVIOUS, Entry


def branch(entries: Iterable[Entry], leaf: str = PREVIOUS) -> Iterator[Entry]:
    """The entries from `leaf` back to the start, following their parents; newest first.

    Args:
        entries: the file's entries, the last one first; read only as far as the caller goes on.
        leaf: id of the first wanted entry; `PREVIOUS` for the newest one in the tree.

    A parent that is nowhere in the file was lost to damage: the entry before its child takes its place.
    """
    wanted, passed = leaf, list[Entry]()
    for entry in entries:
        if not wanted:
            return
        if not _matches(entry, wanted):
            passed.append(entry)
            continue
        passed.clear()
        wanted = entry.parent
        if entry.kind not in (BRANCH, DAMAGED):
            yield entry
    if wanted:
        yield from _mended(passed, wanted)


def _matches(entry: Entry, wanted: str) -> bool:
    return entry.in_tree if wanted == PREVIOUS else entry.id == wanted


def _mended(passed: list[Entry], wanted: str) -> Iterator[Entry]:
    """Go on in what was passed over, although the wanted entry is not among it."""
    tree = [entry for entry in passed if entry.in_tree or entry.kind == DAMAGED]
    places = {entry.id: place for place, entry in reversed(list(enumerate(tree)))}
    place = 0
    while wanted and place < len(tree):
        place = max(place, places.get(wanted, place))
        entry = tree[place]
        place, wanted = place + 1, entry.parent
        if entry.kind not in (BRANCH, DAMAGED):
            yield entry

"""What came of a command for the files it may write: said in its result, and kept for `/undo files`."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from localgpt_tui.safety.shell import judge
from localgpt_tui.tools.changes import Changes
from localgpt_tui.tools.grounds import Grounds
from localgpt_tui.tools.noted import WARNING, Change
from localgpt_tui.tools.touching import amount, files_below, touched
from localgpt_tui.tools.watching import Alteration, How, Look, Watch

_log = logging.getLogger(__name__)

_MOST_IMAGES = 500
_COUNTED_SECONDS = 0.3
_MOST_GIVEN_BACK = 1_000
_MOST_NAMED = 10

_WORDS: dict[How, str] = {
    "changed": "changed",
    "new": "new",
    "gone": "gone",
    "permissions": "other permissions",
}


@dataclass(frozen=True, slots=True)
class Before:
    """What was there before a command.

    Attributes:
        images: the files that its line names, kept to be given back.
        look: all files of the folders that it may write; None where it is known to change nothing.
        here: whether it runs while everybody waits for it; what changes meanwhile then counts as its own.
    """

    images: tuple[Change, ...]
    roots: tuple[Path, ...]
    look: Look | None
    here: bool


class Aftermath:
    """The before and after of the commands of one session."""

    def __init__(
        self, grounds: Grounds, changes: Changes, watch: Watch, session: str, noticed: Callable[[str], object]
    ) -> None:
        """Tell `noticed`, from any thread, in words where something changed that takes effect by itself later."""
        self._grounds = grounds
        self._changes = changes
        self._watch = watch
        self._session = session
        self._noticed = noticed

    def before(self, command: str, *, background: bool) -> Before:
        """Look around before `command`; blocks for some milliseconds, longer the first time."""
        grounds, roots = self._grounds, tuple(root for root in self._grounds.writable if root.is_dir())
        verdict = judge(command, workspace=grounds.workspace, folder=grounds.start, protected=grounds.protected)
        watched = bool(roots) and verdict.verdict != "safe"
        look = self._watch.look(roots, keep=not background) if watched else None
        return Before(tuple(self._images(command)), roots, look, here=not background)

    def after(self, before: Before) -> str:
        """What is different now, in lines for a result; empty where nothing is."""
        altered = self._watch.changes(before.look, before.roots) if before.look else ()
        images = {change.path: change for change in before.images}
        for each in altered:
            if before.here and each.kept and each.path not in images and len(images) < _MOST_GIVEN_BACK:
                images |= self._image(each)
        given_back = self._settled(list(images.values()))
        lost = [each for each in altered if each.path not in given_back]
        lines = [*self._listed(before, altered), *self._not_given_back(lost), *self._effective(altered, given_back)]
        return "\n".join(lines)

    def _images(self, command: str) -> list[Change]:
        """What the files hold that `command` names to change or delete, where they are few and small enough."""
        grounds = self._grounds
        named = touched(command, folder=grounds.start, home=grounds.protected.home)
        until = time.monotonic() + _COUNTED_SECONDS
        wanted: dict[Path, None] = {}
        for path in (*named.writes, *named.deletes):
            ours = any(path.is_relative_to(root) for root in grounds.writable) and not path.is_symlink()
            if ours and len(wanted) <= _MOST_IMAGES and amount(path, until).can_be_kept:
                wanted |= dict.fromkeys(files_below(path, _MOST_IMAGES))
        return self._changes.images(self._session, list(wanted))

    def _image(self, found: Alteration) -> dict[Path, Change]:
        try:
            return {found.path: self._changes.remembered(self._session, found.path, found.content, found.mode)}
        except OSError:
            return {}  # it is named among what is not given back

    def _settled(self, images: list[Change]) -> frozenset[Path]:
        """Note what a command has changed; where the disk is full, the command has run all the same."""
        try:
            return frozenset(self._changes.settle(self._session, images))
        except OSError as error:
            _log.warning("what a command changed cannot be given back: %s", error.strerror)
            return frozenset()

    def _listed(self, before: Before, altered: Sequence[Alteration]) -> Iterator[str]:
        kinds = {how: [each.path for each in altered if each.how == how] for how in _WORDS}
        told = "; ".join(f"{_WORDS[how]}: {self._names(paths)}" for how, paths in kinds.items() if paths)
        more = "; deeper folders were not looked at" if before.look and before.look.unseen else ""
        if told:
            yield f"[in the folder{'' if before.here else ', while it ran'}, {told}{more}]"

    def _not_given_back(self, lost: Sequence[Alteration]) -> Iterator[str]:
        if lost:
            yield f"[/undo files does not give back {self._names([each.path for each in lost])}]"

    def _effective(self, altered: Sequence[Alteration], given_back: frozenset[Path]) -> Iterator[str]:
        found = [each.path for each in altered if each.how != "gone" and self._grounds.takes_effect(each.path)]
        if found:
            names = self._names(found)
            self._noticed(names)
            undo = "; /undo files takes it back" if given_back.issuperset(found) else ""
            told = f"other programs run or obey by themselves what changed here: {names}. Look at it first"
            yield f"{WARNING}{told}{undo}]"

    def _names(self, paths: Sequence[Path]) -> str:
        names = ", ".join(self._grounds.show(path) for path in paths[:_MOST_NAMED])
        return names if len(paths) <= _MOST_NAMED else f"{names} and {len(paths) - _MOST_NAMED:,} more"

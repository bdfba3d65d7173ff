"""A cache of what the session list shows; it can be deleted at any time."""

import contextlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from localgpt_tui.files import atomic_write, private_folder
from localgpt_tui.sessions.digest import Gist, read_gist

_VERSION = 1


@dataclass(frozen=True, slots=True)
class _Seen:
    size: int
    changed: int
    gist: Gist


class Index:
    """The gist of each session in a folder, read again only where a file has changed, and then only what is new."""

    def __init__(self, folder: Path, cache: Path) -> None:
        self._file = cache / f"sessions-{sha256(str(folder.absolute()).encode()).hexdigest()[:12]}.json"
        self._seen: dict[str, _Seen] | None = None
        self._changed = False

    def gist(self, path: Path) -> Gist:
        """What the list shows of the session in `path`.

        Raises:
            OSError: the file cannot be read.
        """
        seen, status = self._loaded().get(path.name), path.stat()
        if seen and (seen.size, seen.changed) == (status.st_size, status.st_mtime_ns):
            return seen.gist
        gist = read_gist(path, seen.gist if seen else None)
        self._loaded()[path.name] = _Seen(status.st_size, status.st_mtime_ns, gist)
        self._changed = True
        return gist

    def known(self, path: Path) -> Gist | None:
        """The same, but only if it is known without reading the session."""
        seen = self._loaded().get(path.name)
        with contextlib.suppress(OSError):
            status = path.stat()
            if seen and (seen.size, seen.changed) == (status.st_size, status.st_mtime_ns):
                return seen.gist
        return None

    def keep(self, names: Iterable[str]) -> None:
        """Forget all files but `names`, and save what has changed."""
        seen = self._loaded()
        gone = seen.keys() - set(names)
        for name in gone:
            del seen[name]
        if not (self._changed or gone):
            return
        content = {"version": _VERSION, "sessions": {name: asdict(known) for name, known in seen.items()}}
        with contextlib.suppress(OSError):  # without its cache the list is slower, nothing else
            private_folder(self._file.parent)
            atomic_write(self._file, json.dumps(content).encode())
            self._changed = False

    def _loaded(self) -> dict[str, _Seen]:
        if self._seen is None:
            self._seen = {}
            with contextlib.suppress(OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
                content = json.loads(self._file.read_bytes())
                if content["version"] == _VERSION:
                    self._seen = {name: _restored(known) for name, known in content["sessions"].items()}
        return self._seen


def _restored(known: dict[str, object]) -> _Seen:
    size, changed, gist = known["size"], known["changed"], known["gist"]
    if not (isinstance(size, int) and isinstance(changed, int) and isinstance(gist, dict)):
        raise TypeError
    restored = Gist(**gist)
    if any(type(value) is not type(getattr(_EMPTY, name)) for name, value in gist.items()):
        raise TypeError
    return _Seen(size, changed, restored)


_EMPTY = Gist()

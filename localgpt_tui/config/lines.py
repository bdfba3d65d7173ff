"""On which line of a TOML file a key stands: tomllib tells values, not where they were."""

import tomllib
from collections.abc import Iterator, Mapping

Path = tuple[str, ...]

_CLOSERS = ('"""', "'''", "]", "}")


def lines_of(text: str) -> dict[Path, int]:
    """The line, counted from 1, of every table and key of a valid TOML text.

    Each statement is parsed by itself, with tomllib, so that quoted keys, dotted keys and values of several lines need
    no grammar of ours.
    """
    found: dict[Path, int] = {}
    table: Path = ()
    for line, statement in _statements(text):
        content = tomllib.loads(statement)
        is_header = statement.lstrip().startswith("[")
        paths = list(_paths(content))
        if is_header:
            table = max(paths, key=len, default=())
        for path in paths:
            found.setdefault(path if is_header else table + path, line)
    return found


def nearest_line(found: Mapping[Path, int], path: Path) -> int:
    """The line of `path`, or of the nearest table or key around it; 0 where there is none of them."""
    return next((found[path[:length]] for length in range(len(path), 0, -1) if path[:length] in found), 0)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    begun, start = "", 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not begun and not line.strip():
            continue
        start = start if begun else number
        begun += line + "\n"
        if begun.count("\n") > 1 and not any(closer in line for closer in _CLOSERS):
            continue  # still inside a value of several lines
        if _is_whole(begun):
            yield start, begun
            begun = ""


def _is_whole(statement: str) -> bool:
    try:
        tomllib.loads(statement)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _paths(content: object, above: Path = ()) -> Iterator[Path]:
    if isinstance(content, list) and content and isinstance(content[-1], Mapping):
        content = content[-1]
    if isinstance(content, Mapping):
        for key, value in content.items():
            yield (*above, key)
            yield from _paths(value, (*above, key))

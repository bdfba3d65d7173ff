"""config.toml as text and as plain values, before anyone asks what it means."""

import re
import tomllib
from pathlib import Path

from localgpt_tui.core.errors import ConfigError

LIMIT = 1_000_000

Content = dict[str, object]

_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$")


def read_text(file: Path) -> str | None:
    """The text of `file` without a byte order mark, or None where there is no such file.

    Raises:
        ConfigError: it cannot be read, is no text, or has more than `LIMIT` bytes.
    """
    advice = "Move it away, or name another file with LOCALGPT_CONFIG."
    try:
        with file.open("rb") as opened:
            content = opened.read(LIMIT + 1)
            size = max(file.stat().st_size, len(content))
    except FileNotFoundError:
        return None
    except IsADirectoryError:
        raise ConfigError(f"{file} is a folder, where a file was expected.", advice) from None
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise ConfigError(f"{file} cannot be read ({why}).", "Check its permissions and those of its folder.") from None
    if len(content) > LIMIT:
        raise ConfigError(f"{file} has {size / 1e6:.1f} MB; a configuration has at most {LIMIT / 1e6:.0f} MB.", advice)
    return _decoded(content, file)


def parse(text: str, file: Path) -> Content:
    """What a TOML text holds.

    Raises:
        ConfigError: it is not valid TOML; the message names the line.
    """
    try:
        # tomllib itself takes no lone carriage return, nor does TOML; Windows line ends are fine with both
        return tomllib.loads(text)
    except RecursionError:
        problem = f"{file}: tables or lists are nested too deeply."
    except ValueError as error:
        problem = _worded(str(error), text, file)
    raise ConfigError(problem, "Correct the line; the file was left as it is.")


def _decoded(content: bytes, file: Path) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
    raise ConfigError(f"{file}, line {line}: this is not UTF-8 text.", "Save the file with UTF-8 as its encoding.")


def _worded(problem: str, text: str, file: Path) -> str:
    place = _PLACE.search(problem)
    line = int(place[1]) if place else text.rstrip().count("\n") + 1
    column = f", column {place[2]}" if place else ""
    what = _PLACE.sub("", problem).removesuffix(" (at end of document)")
    return f"{file}, line {line}{column}: not valid TOML: {what[:1].lower()}{what[1:]}."

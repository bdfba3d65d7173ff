"""What a terminal sends for keys and pastes, where Textual's reading of it would press or type what nobody did."""

import re

from textual import _ansi_sequences as sequences

_BEGINS, _ENDS = "\x1b[200~", "\x1b[201~"
_KEYS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Pastes:
    """Takes control characters out of what is pasted.

    Not every terminal does, and Textual reads an escape inside of a paste, with what follows it, as keys: a text that
    somebody copied from a page could press them.
    """

    def __init__(self) -> None:
        self._inside = False
        self._before = ""

    def harmless(self, text: str) -> str:
        """`text` as it may be read on; of a paste, what may be its end is held back until the next piece."""
        cleaned: list[str] = []
        while text:
            if self._inside:
                text, self._before = self._before + text, ""
                pasted, end, text = text.partition(_ENDS)
                if not end:
                    self._before = _beginning_of(_ENDS, pasted)
                    pasted = pasted.removesuffix(self._before)
                cleaned += _KEYS.sub("", pasted), end
                self._inside = not end
            else:
                seen = self._before + text
                at = seen.find(_BEGINS)
                typed = len(text) if at < 0 else at + len(_BEGINS) - len(self._before)
                cleaned.append(text[:typed])
                self._before = "" if at >= 0 else seen[1 - len(_BEGINS) :]
                self._inside, text = at >= 0, text[typed:]
        return "".join(cleaned)


def _beginning_of(mark: str, text: str) -> str:
    """As much of `mark` as `text` ends with."""
    return next((mark[:count] for count in range(len(mark) - 1, 0, -1) if text.endswith(mark[:count])), "")


def ignore_alt_symbols() -> None:
    """Let Alt with a digit or a sign do nothing.

    Textual takes `ESC 1` for the letter that Option+1 types on a Mac, so that a shortcut of the terminal's own would
    leave `¡` in a draft. The letters themselves stay typeable: terminals send those as they are.
    """
    table = sequences.ANSI_SEQUENCES_KEYS
    ignored = getattr(sequences, "IGNORE_SEQUENCE", None)
    if isinstance(table, dict) and ignored is not None:
        table.update({keys: ignored for keys, read in table.items() if _is_alt_symbol(keys, read)})


def _is_alt_symbol(keys: str, read: object) -> bool:
    return len(keys) == 2 and keys.startswith("\x1b") and isinstance(read, str) and not read.isascii()

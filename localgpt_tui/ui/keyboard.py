"""What a terminal sends for a key, where Textual's reading of it would put letters into the prompt."""

from textual import _ansi_sequences as sequences


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

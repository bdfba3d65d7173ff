"""What an address would tell whoever it leads to: text long or dense enough to carry something out."""

import re
from itertools import pairwise
from urllib.parse import unquote_plus

from localgpt_tui.safety.targets import Target
from localgpt_tui.safety.terminal import visible

_LONG_QUERY = 150
_LONG_PATH = 300
_LONG_LABEL = 30
_LONG_WORD = 40
_RESTLESS = 0.25
_CITED = 40
_RUN = re.compile(r"[A-Za-z0-9]{20,}")


def carried(target: Target) -> tuple[str, ...]:
    """What in `target` may carry something out, in sentences for a person; none where it looks like any address."""
    path, _, query = target.path.partition("?")
    said = []
    if len(query) > _LONG_QUERY:
        said.append(f"Its query carries {len(query)} characters.")
    if len(path) > _LONG_PATH:
        said.append(f"Its path has {len(path)} characters.")
    said += [f"Its query holds what may be encoded text: {_cited(run)}" for run in dense(unquote_plus(query))]
    said += [f"Its path holds what may be encoded text: {_cited(run)}" for run in dense(unquote_plus(path))]
    if not target.address:
        labels = [label for label in target.host.split(".") if not label.startswith("xn--")]
        long = [label for label in labels if len(label) > _LONG_LABEL or dense(label)]
        said += [f"Its host's name holds what may be a message: {_cited(label)}" for label in long]
    return tuple(said)


def dense(text: str) -> tuple[str, ...]:
    """The parts of `text` that look like encoded or random characters rather than words and numbers.

    Words seldom change between small letters, capitals and digits; what is encoded does so all the time.
    """
    return tuple(run for run in _RUN.findall(text) if len(run) > _LONG_WORD or _changes(run) >= _RESTLESS)


def _changes(run: str) -> float:
    """The share of places in `run` where a character is of another kind than the one before."""
    kinds = ["digit" if one.isdigit() else "capital" if one.isupper() else "small" for one in run]
    return sum(first != second for first, second in pairwise(kinds)) / (len(run) - 1)


def _cited(text: str) -> str:
    shown = visible(text.replace("\n", " "))
    return shown if len(shown) <= _CITED else f"{shown[:_CITED]}…"

"""Source code as coloured lines, through Pygments, which is loaded when it is first needed."""

import sys
from functools import lru_cache
from typing import TYPE_CHECKING

from localgpt_tui.ui.rendering.lines import Line, append

if TYPE_CHECKING:
    from pygments.lexer import Lexer  # type: ignore[import-untyped]

_MOST = 40_000  # characters coloured; lexers are slow, and some never come back from text made to trap them

_LOOKS = {
    "Token.Comment": "code-comment",
    "Token.Keyword": "code-keyword",
    "Token.Operator.Word": "code-keyword",
    "Token.Name.Function": "code-name",
    "Token.Name.Class": "code-name",
    "Token.Name.Decorator": "code-name",
    "Token.Name.Tag": "code-keyword",
    "Token.Name.Builtin": "code-builtin",
    "Token.Literal.String": "code-string",
    "Token.Literal.Number": "code-number",
    "Token.Generic.Inserted": "code-string",
    "Token.Generic.Deleted": "code-deleted",
    "Token.Generic.Heading": "code-name",
    "Token.Generic.Subheading": "code-name",
}
CODE_LOOKS = frozenset(_LOOKS.values())


def ready() -> bool:
    """True once colours cost no import."""
    return "pygments.lexers" in sys.modules and "pygments.lexers.python" in sys.modules


def warm_up() -> None:
    """Load what colours need; for a thread, before the first code is shown."""
    _lexer("python")


def coloured(source: str, language: str) -> list[Line]:
    """One line of runs for each line of `source`; plain where the language is unknown or the text too long."""
    lexer = _lexer(language.lower()) if language and len(source) <= _MOST else None
    if lexer is None:
        return [[(text, "")] if text else [] for text in source.split("\n")]
    lines: list[Line] = [[]]
    for token, value in lexer.get_tokens(source):
        look = _look(str(token))
        first, *others = value.split("\n")
        append(lines[-1], first, look)
        for text in others:
            lines.append([])
            append(lines[-1], text, look)
    return lines


@lru_cache(maxsize=64)
def _lexer(language: str) -> "Lexer | None":
    from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to load
    from pygments.util import ClassNotFound  # type: ignore[import-untyped]  # noqa: PLC0415 - the same

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


@lru_cache(maxsize=512)
def _look(token: str) -> str:
    while token:
        if look := _LOOKS.get(token):
            return look
        token = token.rpartition(".")[0]
    return ""

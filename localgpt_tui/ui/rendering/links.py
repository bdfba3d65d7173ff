"""Where the links of a message lead."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localgpt_tui.ui.rendering.markdown import inline_tokens, parse, shortened

if TYPE_CHECKING:
    from markdown_it.token import Token

_BARE = re.compile(r"\b(?:https?|ftp)://[^\s<>\"`{}|\\^]+|\bmailto:[^\s<>\"`]+", re.IGNORECASE)
_TRAILING = ".,;:!?'*_)]"


@dataclass(frozen=True, slots=True)
class Link:
    """An address, whole, and the text it stands under; the same where it stands for itself."""

    address: str
    text: str


def links(source: str) -> list[Link]:
    """The links in Markdown, in order, each address once; those that are only written out count too."""
    env: dict[str, Any] = {}
    found: dict[str, Link] = {}
    for token in parse(shortened(source)[0], env):
        texts = [token.content]
        if token.type == "inline":
            texts = []
            for link in _inside(inline_tokens(token.content, env), texts):
                found.setdefault(link.address, link)
        for text in texts:
            for match in _BARE.finditer(text):
                address = _trimmed(match[0])
                found.setdefault(address, Link(address, address))
    return [link for link in found.values() if link.address]


def _inside(tokens: "list[Token]", texts: list[str]) -> list[Link]:
    """The links of one paragraph; text outside of them goes to `texts`."""
    found: list[Link] = []
    address, shown = "", [""]
    for token in tokens:
        match token.type:
            case "link_open":
                address, shown = str(token.attrs.get("href", "")), []
            case "link_close":
                found.append(Link(address, "".join(shown).strip() or address))
                address = ""
            case "image":
                source = str(token.attrs.get("src", ""))
                found.append(Link(source, token.content or source))
            case _ if address:
                shown.append(token.content)
            case _:
                texts.append(token.content)
    return found


def _trimmed(address: str) -> str:
    """`address` without what ends the sentence it stands in; a bracket that it opens itself stays."""
    while address and address[-1] in _TRAILING:
        if address[-1] == ")" and address.count("(") >= address.count(")"):
            break
        address = address[:-1]
    return address

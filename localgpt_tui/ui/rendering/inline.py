"""What stands inside a paragraph: emphasis, code, links; as runs."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from localgpt_tui.ui.rendering.lines import BREAK, Run

if TYPE_CHECKING:
    from markdown_it.token import Token

_SPANS = {"em": "emphasis", "strong": "strong", "s": "strike", "link": "link"}


def inline_runs(tokens: "Iterable[Token]", look: str = "") -> Iterator[Run]:
    """The runs of a parsed paragraph. A link's address always stands beside its text: nobody follows one blindly."""
    looks = [look] if look else []
    addresses: list[str] = []
    shown: list[str] = []  # the text of the link that is open
    for token in tokens:
        name, _, edge = token.type.rpartition("_")
        if edge == "open" and name in _SPANS:
            looks.append(_SPANS[name])
            if name == "link":
                addresses.append(str(token.attrs.get("href", "")))
                shown.clear()
        elif edge == "close" and name in _SPANS:
            looks.remove(_SPANS[name])
            if name == "link" and addresses:
                yield from _address(addresses.pop(), "".join(shown), look)
        else:
            for text, extra in _leaf(token):
                shown.append(text)
                yield (text, " ".join([*looks, extra]) if extra else " ".join(looks)) if text != "\n" else BREAK


def _leaf(token: "Token") -> Iterator[Run]:
    match token.type:
        case "softbreak":
            yield " ", ""
        case "hardbreak":
            yield BREAK
        case "code_inline":
            yield token.content, "code-inline"
        case "image":
            yield f"[image: {token.content}]" if token.content else "[image]", "image"
            yield f" ({token.attrs.get('src', '')})", "address"
        case _:  # text, its escapes and entities, and HTML, which is shown as it was written
            yield token.content, ""


def _address(address: str, shown: str, look: str) -> Iterator[Run]:
    if address and address not in {shown, f"mailto:{shown}"}:
        yield f" ({address})", f"{look} address".strip()

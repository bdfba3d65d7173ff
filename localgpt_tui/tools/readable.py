"""What a fetched page says, as text: only what a person would see of it."""

import re
from collections.abc import Iterator
from itertools import islice

from localgpt_tui.core.errors import ToolError
from localgpt_tui.safety.decoding import decoded
from localgpt_tui.safety.sanitise import clean, extract, readable

_LONGEST_MARKUP = 2_000_000
_MOST_LINES = 5_000

_MARKED = frozenset({"text/html", "text/xml"})
_HTML_START = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!doctype\s+html\b|<html\b)", re.IGNORECASE)
_UNSEEN = re.compile(r"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)", re.DOTALL)
_PIECE = re.compile(
    r"<!\[CDATA\[(?P<verbatim>.*?)(?:\]\]>|\Z)|<(?P<tag>/?[^\s<>/]++)(?P<rest>[^<>]*+)>|(?P<text>[^<]+)", re.DOTALL
)
_LINKED = re.compile(r"\bhref\s*=\s*[\"'](https?://[^\"'<>\s]+)[\"']", re.IGNORECASE)
_MARKUP = re.compile(r"<[a-zA-Z!/]")


def text_of(body: bytes, kind: str, charset: str) -> str:
    """The text of a page.

    Args:
        kind: such as `text/html`.
        charset: what the server says; it may be wrong.

    Raises:
        ToolError: it cannot be read as text.
    """
    if kind == "application/pdf" or body.startswith(b"%PDF-"):
        raise ToolError(
            f"This is a PDF ({len(body) // 1024} KiB), which cannot be read here: what it shows and what it hides "
            "cannot be told apart.",
            "Look for the same as a web page, or ask the person to save its text in a file here.",
        )
    text = decoded(body, charset)
    if kind in {"text/html", "application/xhtml+xml"} or (
        kind in {"", "application/xml", "text/xml"} and _is_html(text)
    ):
        return _whole(readable(text[:_LONGEST_MARKUP]), goes_on=len(text) > _LONGEST_MARKUP)
    if kind.endswith(("/xml", "+xml")):
        lines = list(islice(_lines(text), _MOST_LINES + 1))
        return _whole(clean("\n".join(lines[:_MOST_LINES])), goes_on=len(lines) > _MOST_LINES)
    if "\0" in text[:1000]:
        raise ToolError("What is there is no text, whatever its server says.", "Try another page.")
    return clean(text)


def is_plain(kind: str) -> bool:
    """True where a page of this kind is shown as it is, with nothing in it to take apart."""
    return kind == "application/json" or kind.endswith("+json") or (kind.startswith("text/") and kind not in _MARKED)


def _whole(text: str, *, goes_on: bool) -> str:
    return f"{text}\n[The page goes on, but it is too long to be read as a whole]" if goes_on else text


def _is_html(text: str) -> bool:
    return _HTML_START.match(text) is not None


def _lines(xml: str) -> Iterator[str]:
    """A line for each text and link of a feed or another document in XML, behind the name of its element.

    Feeds carry pages inside of texts; of these, too, only what is visible.
    """
    from html import unescape  # noqa: PLC0415 - half a MB of names

    name = ""
    for piece in _PIECE.finditer(_UNSEEN.sub("", xml)):
        if tag := piece["tag"]:
            name = tag.lstrip("/").rpartition(":")[2]
            if not tag.startswith("/") and (link := _LINKED.search(piece["rest"])):
                yield f"{name}: {unescape(link[1])}"
            continue
        said = piece["verbatim"] if piece["verbatim"] is not None else unescape(piece["text"])
        said = extract(said) if _MARKUP.search(said) else said
        if said.strip():
            yield f"{name}: {said.strip()}"

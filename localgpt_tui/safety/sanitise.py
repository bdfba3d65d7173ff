"""The doors for untrusted text on its way to a model: cleaned, made visible, framed, scored."""

import re
import secrets
import unicodedata

from localgpt_tui.safety.markers import neutralised
from localgpt_tui.safety.suspicion import score
from localgpt_tui.safety.terminal import printable
from localgpt_tui.safety.visible import visible_texts

__all__ = ["clean", "extract", "readable", "score", "wrap"]

_LONGEST_SOURCE = 300
_SHORTEST_CONTENT = 400
_OVERLAYS = r"\u0334-\u0338\u0489\u20d2-\u20d8\u20da-\u20e6\u20ea-\u20f0"
_STRUCK = re.compile(rf"(?<=\w)[{_OVERLAYS}]+")
_UNSEEN = re.compile(
    r"[\ue000-\uf8ff\U000f0000-\U0010ffff\ufdd0-\ufdef\ufffe\uffff\U0001fffe\U0001ffff\U000e1000-\U000effff]+"
)
_BLANK = re.compile("[\u2800]")


def clean(text: str) -> str:
    r"""`text` as a person would see it: no control sequences, nothing invisible, nothing private; \n and \t stay.

    Strokes through letters go, since they change what a model reads and not what a person reads.
    """
    text = printable(text)
    if text.isascii():
        return text
    text = _BLANK.sub(" ", _UNSEEN.sub("", text))
    if _STRUCK.search(text):
        text = _STRUCK.sub("", unicodedata.normalize("NFC", text))
    return printable(text)


def extract(html: str) -> str:
    """The text of a page that a person would see, cleaned: no comments, attributes, scripts, nor what is hidden."""
    return clean(visible_texts(html)[0])


def readable(html: str) -> str:
    """As `extract`, without menus, banners, side columns and footers where a page has more than these."""
    whole, content = map(clean, visible_texts(html))
    return content if len(content) >= min(_SHORTEST_CONTENT, len(whole) // 4) else whole


def wrap(text: str, source: str, *, identity: str = "") -> str:
    """`text`, cleaned and with posing markers made plain, between two lines that nobody can forge.

    Args:
        source: where it is from, in a few words; one line of it is shown.
        identity: what both lines carry; by default 16 random hexadecimal digits.
    """
    body = neutralised(clean(text))
    named = neutralised(re.sub(r"\s+", " ", clean(source)).strip())[:_LONGEST_SOURCE]
    named = re.sub(r"[<>\"]", "'", named) or "unknown"
    identity = identity or secrets.token_hex(8)
    while identity in body or identity in named:
        identity = secrets.token_hex(8)
    return f'<<<UNTRUSTED {identity} source="{named}">>>\n{body}\n<<<END UNTRUSTED {identity}>>>'

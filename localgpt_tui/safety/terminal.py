"""Foreign text made harmless for a terminal: nothing in it can move a cursor, hide, or pose as something else.

Every rule stays within one line of text, so that a reply may be cleaned line by line while it arrives.
"""

import json
import re
import unicodedata
from functools import cache

MARK = "␛"
"""What `visible` shows where something was removed."""

_MOST_MARKS = 8  # combining marks on one letter; no living script stacks more

_SEQUENCE = (
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\n\x90\x98\x9c-\x9f]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS, APC …
    r"|\x1b[ -/]*[0-OQ-WYZ\\`-~]"  # all other escapes
)
_CONTROL = r"\x00-\x08\x0b-\x1f\x7f-\x9f"
_BIDI = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_INVISIBLE = (
    r"\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0080-\U000e00ff\U000e01f0-\U000e0fff"
)
_TAGS = r"\U000e0000-\U000e007f"
_SELECTORS = r"\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_JOINERS = r"\u200c\u200d"

_PICTURES = (
    r"\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    r"\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_JOINING = (
    r"\u0600-\u061b\u061d-\u08ff"  # Arabic, Syriac, Thaana, N'Ko, Mandaic
    r"\u0900-\u0dff\u1000-\u109f\u1780-\u17b3\u17b6-\u17ff"  # the Indic scripts, Burmese, Khmer
    r"\u1800-\u180a\u1810-\u18af\ua840-\ua87f\ua8e0-\ua8ff"  # Mongolian, Phags-pa, Devanagari's extension
)
_CROWDED = r"[^\w\s\x00-\x7f\u2010-\u20cf\u2100-\u2bff\u3000-\u303f]"  # neither letters nor the common symbols

_ASCII_SUSPECT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_SUSPECT = rf"[{_CONTROL}{_BIDI}{_INVISIBLE}{_TAGS}{_SELECTORS}{_JOINERS}\u2028\u2029\ud800-\udfff]|{_CROWDED}{{9}}"
_UNSEEN = rf"[{_CONTROL}{_BIDI}{_INVISIBLE}{_TAGS}\u2028\u2029\ud800-\udfff]"
_SURROGATE = r"[\ud800-\udfff]"
_NEWLINE = r"\r\n?|[\u2028\u2029]"
_FORBIDDEN = rf"(?:{_SEQUENCE}|[{_CONTROL}{_BIDI}{_INVISIBLE}])+"
_FLAG_OR_TAGS = rf"(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{{2,8}}\U000e007f)|[{_TAGS}]+"
# at the start of the text, or after what has no variants: spaces, joiners, most of ASCII
_STRAY_SELECTOR = rf"(?<![^\x00-\x22\x24-\x29\x2b-\x2f\x3a-\x7f\s{_JOINERS}])[{_SELECTORS}]+"
_SELECTOR_RUN = rf"([{_SELECTORS}])[{_SELECTORS}]+"
_JOINED = (
    rf"(?:(?<=[{_PICTURES}])|(?<=[{_PICTURES}]\ufe0f))(\u200d)(?=[{_PICTURES}])"
    rf"|(?<=[{_JOINING}])([{_JOINERS}])(?=[{_JOINING}])"
    rf"|[{_JOINERS}]+"
)
_CROWD = _CROWDED + r"{9,}"


def printable(text: str) -> str:
    r"""`text` without control sequences and invisible or bidirectional controls; only \n and \t stay of the controls.

    Emoji joined by ZWJ, flags, and the joiners that Arabic, Persian and the Indic scripts are written with stay.
    An escape sequence goes whole, its text included; a string that its line does not end loses only the escape.
    """
    return text if _is_clean(text) else _cleaned(text, "")


def visible(text: str) -> str:
    """Like `printable`, with a `␛` where something was removed: for what a person has to judge, such as a command."""
    return text if _is_clean(text) else _cleaned(text, MARK)


def printable_json(value: object, *, indent: int | None = None) -> str:
    """`value` as JSON in which whatever would not be seen is escaped: harmless to look at, the same when read."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    return _compiled(_UNSEEN).sub(lambda found: json.dumps(found[0])[1:-1], text)


def _is_clean(text: str) -> bool:
    return (_ASCII_SUSPECT if text.isascii() else _compiled(_SUSPECT)).search(text) is None


def _cleaned(text: str, mark: str) -> str:
    if _compiled(_SURROGATE).search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = _compiled(_NEWLINE).sub("\n", text)
    text = _compiled(_FORBIDDEN).sub(mark, text)
    text = _compiled(_FLAG_OR_TAGS).sub(lambda found: found[1] or mark, text)
    text = _compiled(_STRAY_SELECTOR).sub(mark, text)
    text = _compiled(_SELECTOR_RUN).sub(rf"\1{mark}", text)
    text = _compiled(_JOINED).sub(lambda found: found[1] or found[2] or mark, text)
    return _compiled(_CROWD).sub(lambda found: _thinned(found[0]), text)


def _thinned(crowd: str) -> str:
    """`crowd` with at most eight combining marks in a row."""
    kept: list[str] = []
    marks = 0
    for character in crowd:
        marks = marks + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Made when the first text needs it: these are large, and the first frame should not wait for them."""
    return re.compile(pattern)

"""Bytes from the web to text, as browsers do it: by the mark, the server's word, the page's own, or what fits."""

import codecs
import re

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_META = re.compile(rb"<meta\b[^>]{0,300}?\bcharset\s*=\s*[\"']?\s*([\w:.-]{1,40})", re.IGNORECASE)
_DECLARED = re.compile(rb"\s*<\?xml\b[^>]{0,200}?\bencoding\s*=\s*[\"']([\w:.-]{1,40})", re.IGNORECASE)
_LOOKED_AT = 4096

_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
}
"""What pages are written in that call themselves the other, as the Encoding Standard has it."""

_KNOWN = frozenset(
    {
        "utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp866", "cp874", "cp932", "cp949", "big5hkscs", "gb18030",
        "euc_jp", "iso2022_jp", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic",
        *(f"cp125{number}" for number in range(9)),
        *(f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)),
    }
)  # fmt: skip


def decoded(body: bytes, charset: str = "") -> str:
    """`body` as text; what does not fit becomes U+FFFD, so that nothing is ever refused for its encoding.

    Only encodings that browsers know are honoured, never UTF-7 or one that runs code. Text that is UTF-8 is read as
    such, whatever was said of it, and UTF-16 without its mark only where it has the zeros of UTF-16.
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    start = body[:_LOOKED_AT]
    inside = _META.search(start) or _DECLARED.match(start)
    name = _known(charset) or (_known(inside[1].decode("ascii", "replace")) if inside else "")
    if name.startswith("utf-16"):
        name = "" if start.count(0) * 8 < len(start) else "utf-16-be" if name.endswith("be") else "utf-16-le"
    if name.startswith("utf-16"):
        return body.decode(name, "replace")
    if name == "iso2022_jp" or not _is_utf8(body):
        return body.decode(name if name and name != "utf-8" else "utf-8" if name else "cp1252", "replace")
    return body.decode("utf-8", "replace")


def _known(label: str) -> str:
    """Python's name of an encoding that pages may have; empty for every other."""
    try:
        name = codecs.lookup(label.strip()[:40]).name if label.strip() else ""
    except (LookupError, ValueError):
        return ""
    name = _WIDER.get(name, name)
    return name if name in _KNOWN else ""


def _is_utf8(body: bytes) -> bool:
    """True where `body` is UTF-8, but for a character cut off at its end."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(body)
    except UnicodeDecodeError:
        return False
    return True

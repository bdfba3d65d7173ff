"""Where a note came from, in a comment that stays with its text when lines are moved, cut or searched; pure."""

import re

_COMMENT = re.compile(r"<!-- from: (?P<origin>\S+) -->")
_ANY = r"<!-- from: \S+ -->"
_PLACED = re.compile(rf"^{_ANY}\n|\n{_ANY}$| {_ANY}", re.MULTILINE)
_FENCE = re.compile(r"\s*(```|~~~)")
_HEADING = re.compile(r"\s{0,3}#{1,6}(\s|$)")
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")
_UNSAFE = re.compile(r"[^\w:/?#\[\]@!$&'()*+,;=.~%-]|--|-$|\\")
_LONGEST = 500


def marked(text: str, origin: str) -> str:
    """`text` with a comment that names `origin` (an address, a file, a tool) in each of its paragraphs and items.

    A comment of this kind that `text` brings along is made harmless first: only what we know is claimed.
    """
    if not origin.strip():
        return text
    comment = f"<!-- from: {_in_comment(origin.strip())} -->"
    lines = text.replace("<!--", "&lt;!--").replace("\r\n", "\n").split("\n")
    out: list[str] = []
    fenced = False
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if _FENCE.match(line):
            if not fenced:
                out.append(comment)
            fenced = not fenced
            out.append(line)
        elif fenced or not line.strip() or _HEADING.match(line):
            out.append(line)
        elif line.lstrip().startswith("|"):
            out += [line] if following.lstrip().startswith("|") else [line, comment]
        elif not following.strip() or _ITEM.match(following) or _FENCE.match(following) or _HEADING.match(following):
            out.append(f"{line.rstrip()} {comment}")
        else:
            out.append(line)
    if text.strip() and comment not in "\n".join(out):  # nothing but headings: they say where they came from below them
        out.append(comment)
    return "\n".join(out)


def origins(text: str) -> tuple[str, ...]:
    """The origins that comments in `text` name, each once."""
    return tuple(dict.fromkeys(match["origin"] for match in _COMMENT.finditer(text)))


def is_marked(text: str) -> bool:
    """True where every paragraph and item of `text` names one and the same origin, as `marked` leaves it."""
    named = origins(text)
    return len(named) == 1 and marked(_PLACED.sub("", text), named[0]) == text


def _in_comment(origin: str) -> str:
    """`origin` as one word that cannot end the comment."""
    return _UNSAFE.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), _cut(origin))


def _cut(origin: str) -> str:
    return origin.encode("utf-8", "replace").decode()[:_LONGEST]

"""Text as a reader takes it in: one letter for all that look like it, with the way back to where each stood."""

import re
import unicodedata
from itertools import pairwise

_LETTERS = {
    "a": "аαɑ", "b": "вЬ", "c": "сϲᴄ", "d": "ԁ", "e": "еεҽ", "g": "ɡ", "h": "һнհ", "i": "іιɩı", "j": "ј", "k": "кκ",
    "l": "ӏʟ", "m": "м", "n": "пո", "o": "оοօᴏ", "p": "рρ", "q": "ԛ", "r": "гᴦ", "s": "ѕꜱ", "t": "тτ", "u": "υսᴜ",
    "v": "νѵᴠ", "w": "ԝᴡ", "x": "хχ", "y": "уγү", "z": "ᴢ",
}  # fmt: skip
_CONFUSABLE = str.maketrans(
    {other: letter for letter, others in _LETTERS.items() for other in others}
    | dict.fromkeys("‹〈⟨❬❮˂ᐸ⧼⦑《≺ㄑ᚜", "<")
    | dict.fromkeys("›〉⟩❭❯˃ᐳ⧽⦒》≻᚛", ">")
    | dict.fromkeys("⟦【〔❲⁅", "[")
    | dict.fromkeys("⟧】〕❳⁆", "]")
    | dict.fromkeys("∣ǀ❘❙❚¦│┃┆⏐⼁", "|")
    | dict.fromkeys("⁄∕⧸╱／", "/")
    | dict.fromkeys("‐‑‒–—―−﹘▁‿＿", "_")
    | dict.fromkeys("：꞉∶ː", ":")
)
_ENTITY = re.compile(r"&(?:amp;){0,4}(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});?")
_SPECIAL = frozenset("<>[]|/:_")


def folded(text: str) -> str:
    """`text` in small letters, without accents, with look-alikes as the letter they pass for."""
    return text.lower() if text.isascii() else "".join(map(_folded, text))


def with_places(text: str) -> tuple[str, list[int]]:
    """`text` folded, entities resolved, and for each of its characters (and the end) where it stands in `text`."""
    pieces: list[str] = []
    places: list[int] = []
    ends = [(0, 0), *(found.span() for found in _ENTITY.finditer(text) if _meant(found[0])), (len(text), len(text))]
    for (_, start), (end, after) in pairwise(ends):
        for place in range(start, end):
            letters = text[place].lower() if text[place] < "\x80" else _folded(text[place])
            pieces.append(letters)
            places += [place] * len(letters)
        if after > end:
            pieces.append(_meant(text[end:after]))
            places.append(end)
    return "".join(pieces), [*places, len(text)]


def _folded(character: str) -> str:
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", character.translate(_CONFUSABLE)).lower())
    return "".join(one for one in plain.translate(_CONFUSABLE) if not unicodedata.combining(one))


def _meant(entity: str) -> str:
    """The one special character that `entity` stands for, also when it is escaped several times; else nothing."""
    from html import unescape  # noqa: PLC0415 - half a MB of names, and seldom an entity

    for _ in range(5):
        entity = unescape(entity)
    found = _folded(entity) if entity else ""
    return found if found in _SPECIAL else ""

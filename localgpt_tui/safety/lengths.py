"""Lengths and numbers as style sheets write them, in pixels of an ordinary page."""

import re
from math import prod

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?"
_LENGTH = re.compile(rf"(?P<sign>(?<=\s)[+-]\s+)?(?P<number>{_NUMBER})(?P<unit>[a-z]{{1,6}}|%)?")
_PIXELS = {
    "": 1.0, "px": 1.0, "pt": 1.3, "em": 16.0, "rem": 16.0, "vw": 10.0, "vh": 8.0, "cm": 38.0, "in": 96.0, "mm": 3.8,
    "q": 0.95, "pc": 16.0, "ms": 0.0, "s": 0.0,
}  # fmt: skip
_OTHER_UNIT = 8.0


def pixels(text: str, otherwise: float, *, percent: float = 8.0) -> float:
    """The length that `text` begins with, worked out roughly where it is a formula; `otherwise` where there is none."""
    text = text.strip()
    lengths = all_pixels(text, percent=percent) if text.startswith(("calc(", "min(", "max(", "clamp(")) else []
    if not lengths:
        found = _LENGTH.match(text)
        return _value(found, percent) if found else otherwise
    if text.startswith("min("):
        return min(lengths)
    if text.startswith("calc("):
        return prod(lengths) if "*" in text else sum(lengths)
    return max(lengths)


def all_pixels(text: str, *, percent: float = 8.0) -> list[float]:
    """Every length in `text`."""
    return [_value(found, percent) for found in _LENGTH.finditer(text)]


def number(text: str, otherwise: float) -> float:
    """The number or percentage that `text` is; `otherwise` where it is none."""
    found = re.match(rf"(?:calc\(\s*)?({_NUMBER})\s*(%?)", text.strip())
    return float(found[1]) / (100 if found[2] else 1) if found else otherwise


def _value(found: re.Match[str], percent: float) -> float:
    unit = found["unit"] or ""
    size = float(found["number"]) * (percent if unit == "%" else _PIXELS.get(unit, _OTHER_UNIT))
    return -size if (found["sign"] or "").startswith("-") else size

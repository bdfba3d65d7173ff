"""Whether an element of a page is hidden from a person by its attributes or by what is declared of it."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from localgpt_tui.safety.colours import see_through
from localgpt_tui.safety.lengths import all_pixels, number, pixels

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_HIDING_CLASS = re.compile(
    r"(?:^|\s)(?:(?:is|u|tw|js|a11y|element|util)-)?(?:sr-only|visually-?hidden|screen-?reader(?:-text|-only)?|hidden|d-none"
    r"|invisible|offscreen|hide|opacity-0)(?:\s|$)",
    re.IGNORECASE,
)
_FAR = -400.0
_BEYOND = 9000.0
_FILTERED_OUT = re.compile(r"opacity\(\s*(?:0?\.0\d*|0%?|[0-9]%)\s*\)|blur\(\s*(?:[89]|\d{2,})(?:\.\d+)?px")
_SCALED = re.compile(r"(?<!\w)scale(?:[xy]|3d)?\(([^()]*)\)")
_MATRIX = re.compile(r"(?<!\w)matrix\(([^()]*)\)")
_EDGE_ON = re.compile(r"rotate[xy]\(\s*[+-]?(?:(?:90|270)deg|0?\.25turn|0?\.75turn)")
_TURNED = re.compile(r"rotate[xy3d]*\([^()]*180deg")
_CLIPPED = re.compile(r"(inset|circle|ellipse|polygon)\(([^()]*)\)")
_LITTLE = re.compile(r"rect\(\s*(?:[01](?:px)?[\s,]*){4}\)")
_SHORTHAND = re.compile(r"(?:^|\s)(?:0(?=[/\s])|[\d.]+\s*(?:px|pt|em|rem|%))")
_EXTENTS = (
    "width",
    "height",
    "max-width",
    "max-height",
    "block-size",
    "inline-size",
    "max-block-size",
    "max-inline-size",
)
_SIDES = ("left", "top", "right", "bottom")
_INSETS = ("inset", "inset-inline-start", "inset-inline-end", "inset-block-start", "inset-block-end", "inset-inline")


def hidden(node: "LexborNode", tag: str, declared: Mapping[str, str]) -> bool:
    """Whether a person does not see `node`, of which its styles say what is `declared`."""
    attributes = node.attributes
    if {"hidden", "inert", "popover"} & set(attributes) or (
        attributes.get("aria-hidden") or ""
    ).strip().lower() == "true":
        return True
    if (tag == "dialog" and "open" not in attributes) or _HIDING_CLASS.search(attributes.get("class") or ""):
        return True
    if tag == "font" and (attributes.get("size") or "").strip() in {"0", "-7"}:
        return True
    return bool(declared) and (
        _switched_off(declared) or _turned_away(declared) or _too_small(declared) or _off_screen(declared)
    )


def _switched_off(declared: Mapping[str, str]) -> bool:
    return (
        declared.get("display", "").startswith("none")
        or declared.get("visibility", "") in {"hidden", "collapse"}
        or declared.get("content-visibility", "") == "hidden"
        or number(declared.get("opacity", ""), 1.0) < 0.1
        or _FILTERED_OUT.search(declared.get("filter", "")) is not None
        or number(declared.get("zoom", ""), 1.0) < 0.1
        or _LITTLE.match(declared.get("clip", "")) is not None
        or any(_clipped_away(declared.get(name, "")) for name in ("clip-path", "-webkit-clip-path"))
        or any(see_through(declared.get(name, "")) for name in ("color", "-webkit-text-fill-color"))
    )


def _clipped_away(shape: str) -> bool:
    found = _CLIPPED.match(shape)
    if not found:
        return False
    sizes = all_pixels(found[2].partition("at")[0], percent=1.0)
    match found[1]:
        case "inset":
            shares = [number(part, 0.0) for part in found[2].partition("round")[0].split() if part.endswith("%")]
            return any(share >= 0.9 for share in shares) or (bool(shares) and min(shares) >= 0.5)
        case "polygon":
            points = {" ".join(point.split()) for point in found[2].split(",")}
            return len(points) < 3
        case _:
            return bool(sizes) and min(sizes) < 2


def _transform(declared: Mapping[str, str]) -> str:
    """All that moves, turns and scales, as one list of functions."""
    own = (("translate", "translate"), ("scale", "scale"))
    return " ".join(
        (
            declared.get("transform") or declared.get("-webkit-transform", ""),
            *(f"{function}({declared[name]})" for name, function in own if name in declared),
        )
    )


def _turned_away(declared: Mapping[str, str]) -> bool:
    change = _transform(declared)
    scales = [number(part, 1.0) for found in _SCALED.findall(change) for part in re.split(r"[\s,]+", found.strip())]
    if any(abs(scale) < 0.05 for scale in scales) or _EDGE_ON.search(change):
        return True
    if found := _MATRIX.search(change):
        parts = [number(part, 0.0) for part in found[1].split(",")]
        return len(parts) == 6 and abs(parts[0] * parts[3] - parts[1] * parts[2]) < 0.0025
    return declared.get("backface-visibility") == "hidden" and _TURNED.search(change) is not None


def _too_small(declared: Mapping[str, str]) -> bool:
    shorthand = _SHORTHAND.search(declared.get("font", ""))
    size = declared.get("font-size") or (shorthand[0] if shorthand else "")
    if size and pixels(size, 16.0, percent=0.16) < 3:
        return True
    if declared.get("line-height") and pixels(declared["line-height"], 16.0) == 0 and _cut_off(declared):
        return True
    extents = [declared[name] for name in _EXTENTS if name in declared]
    return any(pixels(extent, 100.0) <= 1 for extent in extents) and _cut_off(declared)


def _cut_off(declared: Mapping[str, str]) -> bool:
    overflows = (declared.get(name, "").split() for name in ("overflow", "overflow-x", "overflow-y"))
    return any({"hidden", "clip"} & set(words) for words in overflows) or (
        "clip" in declared
        or pixels(declared.get("height", ""), 9.0) == 0
        or pixels(declared.get("width", ""), 9.0) == 0
    )


def _off_screen(declared: Mapping[str, str]) -> bool:
    placed = declared.get("position", "") in {"absolute", "fixed", "relative", "sticky"}
    for name in (*_SIDES, *_INSETS) if placed else ():
        offset = declared.get(name, "")
        if pixels(offset, 0.0) <= _FAR or any(one <= _FAR for one in all_pixels(offset) if " " in offset):
            return True
        if pixels(offset, 0.0) >= _BEYOND or (offset.endswith("%") and number(offset, 0.0) >= 1.5):
            return True
    indent = declared.get("text-indent", "")
    if indent.endswith("%") and number(indent, 0.0) >= 1 and _cut_off(declared):
        return True
    names = ("text-indent", "margin-left", "margin-top", "margin-right", "margin-inline-start")
    if any(pixels(declared.get(name, ""), 0.0) <= _FAR for name in names):
        return True
    if any(one <= _FAR for one in all_pixels(declared.get("margin", ""))):
        return True
    change = _transform(declared)
    return "translate" in change and any(abs(length) >= 800 for length in all_pixels(change))

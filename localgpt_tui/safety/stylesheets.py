"""What a page's own style sheets and `style` attributes say of its elements."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_RULE = re.compile(r"([^{}@;]++)(?:\{([^{}]*+)\})?")
_TELLING = re.compile(
    r"display|visib|opacity|colou?r|background|font|position|left|top|right|bottom|indent|margin|width|height|size|clip"
    r"|transform|translate|scale|filter|zoom|inset|\\",
    re.IGNORECASE,
)
_OFTEN_HIDING = re.compile(r"display|visib|opacity|clip|font-size|indent|transform|\\\\", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_PRINT_ONLY = re.compile(r"@media\s+print\b[^{@]*+\{(?:[^{}@]*+\{[^{}@]*+\})*+[^{}@]*+\}", re.IGNORECASE)
_BETWEEN_SELECTORS = re.compile(r",(?![^()]*\))")
_STEADY = re.compile(
    r":(?:root|not|is|where|has|empty|(?:first|last|only|nth|nth-last)-(?:child|of-type))(?![\w-])", re.IGNORECASE
)
_VARIABLE = re.compile(r"var\(\s*(--[\w-]+)\s*(?:,\s*([^()]*))?\)")
_DEFINITION = re.compile(r"(--[\w-]+)\s*:\s*([^;{}]{1,200})")
_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?")
_VALID = {
    "display": re.compile(
        r"none|block|inline|flex|grid|table|contents|list-item|flow|ruby|run-in|math|inherit|initial|unset|revert|-"
    ),
    "visibility": re.compile(r"visible|hidden|collapse|inherit|initial|unset|revert"),
}
_MOST_RULES = 500
_MOST_HIDING_RULES = 2000


def sheets_of(page: "LexborHTMLParser") -> dict[int, list[str]]:
    """What the page's own style sheets say of each element, by the element's id, the later after the earlier."""
    from selectolax.lexbor import SelectolaxError  # noqa: PLC0415 - only pages pay for it

    found: dict[int, list[str]] = {}
    sheet = "\n".join(style.text(deep=True) for style in page.css("style"))
    sheet = _PRINT_ONLY.sub("", _COMMENT.sub("", sheet)) + "}"  # the end of a sheet closes what is open
    known = {name: value.strip() for name, value in _DEFINITION.findall(sheet)}
    rules = [rule for rule in _RULE.findall(sheet) if rule[1] and _TELLING.search(rule[1])]
    selected = (
        (one.replace("&", "").strip(), declarations)
        for selectors, declarations in rules
        for one in _BETWEEN_SELECTORS.split(selectors)
    )
    # a state or a part of an element is not the element as it stands
    for selector, declarations in _weightiest(
        rule for rule in selected if rule[0] and ":" not in _STEADY.sub("", rule[0])
    ):
        try:
            nodes = page.css(selector)
        except (ValueError, SelectolaxError):
            continue  # a selector that the library does not know
        for node in nodes:
            found.setdefault(node.mem_id, []).append(_filled_in(declarations, known))
    return found


@lru_cache(maxsize=512)
def declarations_of(style: str) -> Mapping[str, str]:
    """Property and value of each declaration that counts in `style`.

    Comments and escapes that hide a name are taken off first; what is important counts more than what is not.
    """
    if not style.strip("; \n"):
        return {}
    style = _ESCAPE.sub(lambda code: chr(min(int(code[1], 16), 0xFFFF)), _COMMENT.sub("", style))
    plain: dict[str, str] = {}
    important: dict[str, str] = {}
    for part in _filled_in(style.replace("\\", "").lower(), {}).split(";"):
        name, _, value = (piece.strip() for piece in part.partition(":"))
        kept = value.partition("!")[0].strip()
        if kept and (name not in _VALID or _VALID[name].match(kept)):
            (important if "!important" in value.replace(" ", "") else plain)[name] = kept
    return {**plain, **important}


def _weightiest(rules: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """As many of `rules`, in their order, as can be looked at in time: four times as many of those that often hide."""
    left = {True: _MOST_HIDING_RULES, False: _MOST_RULES}
    for rule in rules:
        hides = _OFTEN_HIDING.search(rule[1]) is not None
        left[hides] -= 1
        if left[hides] >= 0:
            yield rule


def _filled_in(declarations: str, known: Mapping[str, str]) -> str:
    """`declarations` with the values of variables, or what is to stand in for those that are not known."""
    return _VARIABLE.sub(lambda found: known.get(found[1], found[2] or found[0]), declarations)

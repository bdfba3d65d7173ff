"""What of a page a person would see: elements that are hidden by markup or style are left out, with all in them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_NEVER = frozenset(
    {"head", "script", "style", "template", "noscript", "meta", "link", "title", "iframe", "object", "embed", "canvas"}
    | {"svg", "math", "audio", "video", "map", "area", "datalist", "noframes", "noembed", "param", "source", "track"}
    | {"applet", "frameset", "frame", "base", "bgsound", "input", "progress", "meter", "slot", "portal", "plaintext"}
)
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
    "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
    "caption", "option", "br",
})  # fmt: skip
_PARAGRAPHS = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "ul", "ol", "table", "dl", "figure"}
)
_HIDING_CLASS = re.compile(
    r"(?:^|\s)(?:sr-only|visually-?hidden|screen-?reader(?:-text|-only)?|hidden|d-none|invisible|offscreen|is-hidden|hide)(?:\s|$)",
    re.IGNORECASE,
)
_RULE = re.compile(r"([^{}@;]++)(?:\{([^{}]*+)\})?")
_TELLING = re.compile(
    r"display|visib|opacity|colou?r|background|font|position|left|top|right|bottom|indent|margin|width|height|clip|transform"
    r"|filter|zoom|inset|\\",
    re.IGNORECASE,
)
_OFTEN_HIDING = re.compile(r"display|visib|opacity|clip|font-size|indent|transform|\\\\", re.IGNORECASE)
_CSS_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_PRINT_ONLY = re.compile(r"@media\s+print\b[^{@]*+\{(?:[^{}@]*+\{[^{}@]*+\})*+[^{}@]*+\}", re.IGNORECASE)
_LENGTH = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))\s*(px|pt|em|rem|ex|ch|vw|vh|vmin|vmax|%|cm|mm|in|pc)?")
_PIXELS = {
    "": 1.0,
    "px": 1.0,
    "pt": 1.3,
    "em": 16.0,
    "rem": 16.0,
    "vw": 10.0,
    "vh": 8.0,
    "%": 8.0,
    "cm": 38.0,
    "in": 96.0,
}
_FAR = -400.0
_NAMED = {
    "white": (255, 255, 255), "snow": (255, 250, 250), "ivory": (255, 255, 240), "ghostwhite": (248, 248, 255),
    "whitesmoke": (245, 245, 245), "floralwhite": (255, 250, 240), "black": (0, 0, 0), "red": (255, 0, 0),
    "green": (0, 128, 0), "blue": (0, 0, 255), "yellow": (255, 255, 0), "gray": (128, 128, 128),
    "grey": (128, 128, 128),
    "silver": (192, 192, 192), "navy": (0, 0, 128), "lightgray": (211, 211, 211), "lightgrey": (211, 211, 211),
    "mintcream": (245, 255, 250), "azure": (240, 255, 255), "aliceblue": (240, 248, 255), "seashell": (255, 245, 238),
}  # fmt: skip
_Colour = tuple[int, int, int]
_WHITE: _Colour = (255, 255, 255)
_NESTING = re.compile(
    r"<(/?)(?!(?:p|li|td|th|tr|dt|dd|option|br|hr|img|input|meta|link|wbr|source|col|area|base|embed|track)\b)[a-z]",
    re.IGNORECASE,
)
_FURNITURE = (
    "nav, aside, dialog, body > header, body > footer, body > div > header, body > div > footer, [role=navigation],"
    "[role=banner], [role=contentinfo], [role=search], [role=complementary], [role=dialog], [role=alertdialog]"
)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_DEEPEST = 2000
_MOST_RULES = 500
_MOST_HIDING_RULES = 2000


def visible_texts(html: str) -> tuple[str, str]:
    """The text of `html` as a person would see it, a line for each block, never what is hidden: all, and the content.

    The content is what stands in the page's one main part, where it has one, without menus, banners, side columns
    and footers.
    """
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - only pages pay for it

    page = LexborHTMLParser(_shallow(html.replace("\0", "")))
    if page.root is None:
        return "", ""
    walk = _Walk(_styles(page), frozenset(node.mem_id for node in page.css(_FURNITURE)), _main_part(page))
    walk.through(page.root)
    return _tidied("".join(walk.pieces)), _tidied("".join(walk.content))


def _shallow(html: str) -> str:
    """`html` up to where it nests deeper than any page meant for people, which would keep the parser busy for long."""
    depth = 0
    for tag in _NESTING.finditer(html):
        depth = max(depth - 1, 0) if tag[1] else depth + 1
        if depth > _DEEPEST:
            return html[: tag.start()]
    return html


def _main_part(page: "LexborHTMLParser") -> int | None:
    """The id of the element that says of itself to be the page's main part; None where none or several do."""
    for selector in ("main, [role=main]", "article"):
        if len(found := page.css(selector)) == 1:
            return found[0].mem_id
    return None


class _Walk:
    """Goes through a page from the top, with the colours that hold where it is."""

    def __init__(self, styles: Mapping[int, list[str]], furniture: frozenset[int], main: int | None) -> None:
        self._styles = styles
        self._furniture = furniture
        self._main = main
        self.pieces: list[str] = []
        self.content: list[str] = []

    def through(self, root: "LexborNode") -> None:
        # an explicit stack: pages may be nested deeper than Python's own
        waiting: list[_Place] = [_Place(root, around=self._main is not None)]
        while waiting:
            place = waiting.pop()
            node = place.node
            if isinstance(node, str):
                self._say(node, place)
            elif node.is_text_node:
                words = node.text_content or ""
                self._say(words if place.preformatted else _SPACES.sub(" ", words), place)
            elif node.is_element_node and (inside := self._inside(node, place)):
                waiting += _children(node, inside)

    def _say(self, words: str, place: "_Place") -> None:
        self.pieces.append(words)
        if not place.around:
            self.content.append(words)

    def _inside(self, node: "LexborNode", place: "_Place") -> "_Place | None":
        """How it is inside `node`; None where nothing in it is seen."""
        tag = node.tag or ""
        if tag in _NEVER:
            return None
        declared = _declarations(self._style(node))
        if _hidden(node, tag, declared):
            return None
        colour, ground = _colours(declared, node.attributes, place.colour, place.ground)
        if colour is not None and _alike(colour, ground):
            return None
        preformatted = place.preformatted or tag in {"pre", "textarea"}
        around = node.mem_id in self._furniture or (place.around and node.mem_id != self._main)
        return _Place(node, colour, ground, preformatted, around)

    def _style(self, node: "LexborNode") -> str:
        return ";".join((*self._styles.get(node.mem_id, ()), node.attributes.get("style") or ""))


class _Place(NamedTuple):
    """Something to look at, and how it is where it stands: colours, whether spaces count, whether it is furniture."""

    node: "LexborNode | str"
    colour: _Colour | None = None
    ground: _Colour = _WHITE
    preformatted: bool = False
    around: bool = False


def _children(node: "LexborNode", place: _Place) -> list[_Place]:
    """What to look at next, the last thing first."""
    inside: list[LexborNode | str] = []
    tag, child = node.tag or "", node.first_child
    while child is not None:
        inside.append(child)
        child = child.next
    edge = "\n\n" if tag in _PARAGRAPHS else "\n" if tag in _BLOCKS else ""
    opening = edge + ("- " if tag == "li" else "#" * int(tag[1]) + " " if re.fullmatch("h[1-6]", tag) else "")
    closing = "\t" if tag in {"td", "th"} else edge
    return [place._replace(node=one) for one in reversed([opening, *inside, closing])]


def _styles(page: "LexborHTMLParser") -> dict[int, list[str]]:
    """What the page's own style sheets say of each element, by the element's id, the later after the earlier."""
    from selectolax.lexbor import SelectolaxError  # noqa: PLC0415 - as above

    found: dict[int, list[str]] = {}
    sheet = "\n".join(style.text(deep=True) for style in page.css("style"))
    sheet = _PRINT_ONLY.sub("", _CSS_COMMENT.sub("", sheet))
    rules = [rule for rule in _RULE.findall(sheet) if rule[1] and _TELLING.search(rule[1])]
    selected = ((one.strip(), declarations) for selectors, declarations in rules for one in selectors.split(","))
    # a state or a part of an element is not the element as it stands
    for selector, declarations in _weightiest(rule for rule in selected if rule[0] and ":" not in rule[0]):
        try:
            nodes = page.css(selector)
        except (ValueError, SelectolaxError):
            continue  # a selector that the library does not know
        for node in nodes:
            found.setdefault(node.mem_id, []).append(declarations)
    return found


def _weightiest(rules: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """As many of `rules`, in their order, as can be looked at in time: four times as many of those that often hide."""
    left = {True: _MOST_HIDING_RULES, False: _MOST_RULES}
    for rule in rules:
        hides = _OFTEN_HIDING.search(rule[1]) is not None
        left[hides] -= 1
        if left[hides] >= 0:
            yield rule


@lru_cache(maxsize=512)
def _declarations(style: str) -> Mapping[str, str]:
    """Property and value of each declaration; comments and escapes that hide a name are taken off first."""
    if not style.strip("; "):
        return {}
    style = re.sub(
        r"\\([0-9a-fA-F]{1,6})\s?", lambda code: chr(min(int(code[1], 16), 0xFFFF)), _CSS_COMMENT.sub("", style)
    )
    pairs = (part.partition(":") for part in style.replace("\\", "").lower().split(";"))
    return {name.strip(): value.replace("!important", "").strip() for name, _, value in pairs if value}


def _hidden(node: "LexborNode", tag: str, declared: Mapping[str, str]) -> bool:
    attributes = node.attributes
    if "hidden" in attributes or (attributes.get("aria-hidden") or "").lower() == "true" or "inert" in attributes:
        return True
    if (tag == "dialog" and "open" not in attributes) or _HIDING_CLASS.search(attributes.get("class") or ""):
        return True
    if tag == "font" and (attributes.get("size") or "").strip() in {"0", "-7"}:
        return True
    return bool(declared) and (_switched_off(declared) or _too_small(declared) or _off_screen(declared))


def _switched_off(declared: Mapping[str, str]) -> bool:
    return (
        declared.get("display", "").startswith("none")
        or declared.get("visibility", "") in {"hidden", "collapse"}
        or declared.get("content-visibility", "") == "hidden"
        or _number(declared.get("opacity", ""), 1.0) < 0.1
        or bool(re.search(r"opacity\(\s*(?:0?\.0\d*|0%?|[0-9]%)\s*\)", declared.get("filter", "")))
        or bool(re.search(r"scale[xy3d]*\(\s*0?\.?0*\s*[,)]", declared.get("transform", "")))
        or _number(declared.get("zoom", ""), 1.0) < 0.1
        or declared.get("clip-path", "").startswith(
            ("inset(50%", "inset(100%", "circle(0", "polygon(0 0, 0 0", "polygon(0px 0px,0px 0px")
        )
        or bool(
            re.match(
                r"rect\(\s*(?:0|1)(?:px)?[\s,]+(?:0|1)(?:px)?[\s,]+(?:0|1)(?:px)?[\s,]+(?:0|1)(?:px)?",
                declared.get("clip", ""),
            )
        )
        or "transparent" in (declared.get("color", ""), declared.get("-webkit-text-fill-color", ""))
        or bool(re.match(r"(?:rgba|hsla)\(.*[,/]\s*(?:0?\.0\d*|0%?)\s*\)", declared.get("color", "")))
    )


def _too_small(declared: Mapping[str, str]) -> bool:
    shorthand = re.search(r"(?:^|\s)(?:0(?=[/\s])|[\d.]+\s*(?:px|pt|em|rem|%))", declared.get("font", ""))
    size = declared.get("font-size") or (shorthand[0] if shorthand else "")
    if size and _pixels(size, 16.0) < 3:
        return True
    if declared.get("line-height") and _pixels(declared["line-height"], 16.0) == 0 and _cut_off(declared):
        return True
    extents = [declared[name] for name in ("width", "height", "max-width", "max-height") if name in declared]
    return any(_pixels(extent, 100.0) <= 1 for extent in extents) and _cut_off(declared)


def _cut_off(declared: Mapping[str, str]) -> bool:
    return any(declared.get(name, "") in {"hidden", "clip"} for name in ("overflow", "overflow-x", "overflow-y")) or (
        "clip" in declared
        or _pixels(declared.get("height", ""), 9.0) == 0
        or _pixels(declared.get("width", ""), 9.0) == 0
    )


def _off_screen(declared: Mapping[str, str]) -> bool:
    placed = declared.get("position", "") in {"absolute", "fixed", "relative", "sticky"}
    names = ("left", "top", "right", "bottom", "inset", "inset-inline-start") if placed else ()
    if any(_pixels(declared.get(name, ""), 0.0) <= _FAR for name in names):
        return True
    if placed and any(_pixels(declared.get(name, ""), 0.0) >= 9000 for name in ("left", "top", "right", "bottom")):
        return True
    if any(
        _pixels(declared.get(name, ""), 0.0) <= _FAR
        for name in ("text-indent", "margin-left", "margin-top", "margin-right", "margin")
    ):
        return True
    return any(
        abs(float(length[0])) * _PIXELS.get(length[1], 8.0) >= 800
        for length in _LENGTH.findall(declared.get("transform", ""))
    ) and ("translate" in declared.get("transform", ""))


def _colours(
    declared: Mapping[str, str], attributes: Mapping[str, str | None], colour: _Colour | None, ground: _Colour
) -> tuple[_Colour | None, _Colour]:
    """The colours of text and ground inside an element, from those around it."""
    painted = declared.get("background-color") or declared.get("background") or attributes.get("bgcolor") or ""
    written = (
        declared.get("-webkit-text-fill-color")
        or declared.get("color")
        or attributes.get("color")
        or attributes.get("text")
        or ""
    )
    return _colour(written) or colour, _colour(painted) or ground


def _colour(text: str) -> _Colour | None:
    text = text.strip().lower()
    if found := re.match(r"#([0-9a-f]{3,8})\b", text):
        digits = found[1] if len(found[1]) >= 6 else "".join(one * 2 for one in found[1])
        return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
    if found := re.match(r"rgba?\(\s*(\d+)(%?)[\s,]+(\d+)%?[\s,]+(\d+)%?", text):
        share = 2.55 if found[2] else 1.0
        return int(int(found[1]) * share), int(int(found[3]) * share), int(int(found[4]) * share)
    if found := re.match(r"hsla?\([^,\s]+[\s,]+[\d.]+%?[\s,]+([\d.]+)%", text):
        level = int(float(found[1]) * 2.55)
        return (level, level, level) if level in {0, 255} or level > 247 else None
    return _NAMED.get(re.split(r"[\s;]", text, maxsplit=1)[0])


def _alike(one: _Colour, other: _Colour) -> bool:
    return max(abs(first - second) for first, second in zip(one, other, strict=True)) <= 16


def _pixels(text: str, otherwise: float) -> float:
    found = _LENGTH.match(text)
    return float(found[1]) * _PIXELS.get(found[2] or "", 8.0) if found else otherwise


def _number(text: str, otherwise: float) -> float:
    found = re.match(r"([\d.]+)\s*(%?)", text)
    if not found or found[1].count(".") > 1 or found[1] == ".":
        return otherwise
    return float(found[1]) / (100 if found[2] else 1)


def _tidied(text: str) -> str:
    """Without spaces at the ends of lines and without more than one empty line in a row."""
    lines = [line.rstrip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

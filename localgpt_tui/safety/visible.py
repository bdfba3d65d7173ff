"""What of a page a person would see: elements that are hidden by markup or style are left out, with all in them."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from localgpt_tui.safety.colours import WHITE, Colour, alike, colour_of
from localgpt_tui.safety.stylesheets import declarations_of, sheets_of
from localgpt_tui.safety.unseen import hidden

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_NEVER = frozenset(
    {"head", "script", "style", "template", "noscript", "meta", "link", "title", "iframe", "object", "embed", "canvas"}
    | {"svg", "math", "audio", "video", "map", "area", "datalist", "noframes", "noembed", "param", "source", "track"}
    | {
        "applet",
        "rp",
        "frameset",
        "frame",
        "base",
        "bgsound",
        "input",
        "progress",
        "meter",
        "slot",
        "portal",
        "plaintext",
    }
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


def visible_texts(html: str) -> tuple[str, str]:
    """The text of `html` as a person would see it, a line for each block, never what is hidden: all, and the content.

    The content is what stands in the page's one main part, where it has one, without menus, banners, side columns
    and footers.
    """
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - only pages pay for it

    page = LexborHTMLParser(_shallow(html.replace("\0", "")))
    if page.root is None:
        return "", ""
    walk = _Walk(sheets_of(page), frozenset(node.mem_id for node in page.css(_FURNITURE)), _main_part(page))
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
        declared = declarations_of(self._style(node))
        if hidden(node, tag, declared):
            return None
        colour, ground = _colours(declared, node.attributes, place.colour, place.ground)
        if colour is not None and alike(colour, ground):
            return None
        preformatted = place.preformatted or tag in {"pre", "textarea"}
        around = node.mem_id in self._furniture or (place.around and node.mem_id != self._main)
        return _Place(node, colour, ground, preformatted, around)

    def _style(self, node: "LexborNode") -> str:
        return ";".join((*self._styles.get(node.mem_id, ()), node.attributes.get("style") or ""))


class _Place(NamedTuple):
    """Something to look at, and how it is where it stands: colours, whether spaces count, whether it is furniture."""

    node: "LexborNode | str"
    colour: Colour | None = None
    ground: Colour = WHITE
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


def _colours(
    declared: Mapping[str, str], attributes: Mapping[str, str | None], colour: Colour | None, ground: Colour
) -> tuple[Colour | None, Colour]:
    """The colours of text and ground inside an element, from those around it."""
    painted = declared.get("background-color") or declared.get("background") or attributes.get("bgcolor") or ""
    written = (
        declared.get("-webkit-text-fill-color")
        or declared.get("color")
        or attributes.get("color")
        or attributes.get("text")
        or ""
    )
    return colour_of(written) or colour, colour_of(painted) or ground


def _tidied(text: str) -> str:
    """Without spaces at the ends of lines and without more than one empty line in a row."""
    lines = [line.rstrip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

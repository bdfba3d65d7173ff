"""Markdown to lines: CommonMark with tables, laid out for a terminal. Nothing in it is taken for markup of ours."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from localgpt_tui.ui.rendering.code import coloured
from localgpt_tui.ui.rendering.icons import UNICODE, Icons
from localgpt_tui.ui.rendering.inline import inline_runs
from localgpt_tui.ui.rendering.lines import GUTTER, Line, Run, cells, chop, fit, padded, prose, wrap
from localgpt_tui.ui.rendering.tables import Cell, Table, column_widths, table_lines

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MOST_CHARACTERS = 200_000
MOST_SOURCE_LINES = 10_000
MOST_BLOCK_LINES = 1_000
_MOST_INLINE = 10_000  # characters; a longer paragraph is shown as plain text, since some inline rules are quadratic
_LEAST_ROOM = 12  # cells; deeper indents than leave this are dropped
_PAD: Run = (" ", f"{GUTTER} code")


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A block of code in a rendering.

    Attributes:
        source: the code itself, as it was written.
        first, last: the lines of the rendering that show it, both included.
    """

    language: str
    source: str
    first: int
    last: int

    def moved(self, lines: int) -> "CodeBlock":
        """The same block, `lines` further down."""
        return replace(self, first=self.first + lines, last=self.last + lines)


@dataclass(slots=True)
class Rendering:
    """Lines that show a text, and where the code in it stands."""

    lines: list[Line] = field(default_factory=list)
    code: list[CodeBlock] = field(default_factory=list)


def render(source: str, width: int, *, icons: Icons = UNICODE, colours: bool = True, left: int = 0) -> Rendering:
    """Lay out Markdown for `width` cells; what is too long to show ends in a line that says how much is left.

    Args:
        source: printable text (see `safety.terminal`).
        colours: highlight code; the first time this loads Pygments.
        left: lines of the text that are not in `source`, because it is too long.
    """
    page = Page(width, icons, colours=colours)
    shown, cut = shortened(source)
    write_blocks(parse(shown, page.env), page)
    if cut + left:
        page.put([])
        page.more(cut + left)
    return Rendering(page.lines, page.code)


def parse(source: str, env: dict[str, Any]) -> "Sequence[Token]":
    """The block structure of `source`; paragraphs stay text until they are shown. Link definitions go to `env`."""
    return _parser().parse(source, env)


def inline_tokens(content: str, env: dict[str, Any]) -> "list[Token]":
    """What stands in a paragraph; one that is very long is only text, since some of the rules are quadratic."""
    if len(content) > _MOST_INLINE:
        from markdown_it.token import Token  # noqa: PLC0415 - as above

        return [Token("text", "", 0, content=content.replace("\n", " "))]
    parser = _parser()
    found: list[Token] = []
    parser.inline.parse(content, parser, env, found)
    return found


def shortened(source: str) -> tuple[str, int]:
    """`source` as far as it is ever laid out, and how many lines are left out."""
    if len(source) <= MOST_CHARACTERS and source.count("\n") < MOST_SOURCE_LINES:
        return source, 0
    kept = "\n".join(source[:MOST_CHARACTERS].split("\n", MOST_SOURCE_LINES)[:MOST_SOURCE_LINES])
    return kept, source.count("\n", len(kept)) + 1


def siblings(tokens: "Sequence[Token]") -> "Iterator[Sequence[Token]]":
    """The blocks of one level, each with all that is inside it."""
    start = depth = 0
    for index, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0:
            yield tokens[start : index + 1]
            start = index + 1


@dataclass(slots=True)
class Before:
    """The block above: what it is, and the line of the source after its last one."""

    kind: str
    end: int


class Page:
    """Where lines are written, inside the margins of the blocks that are open."""

    def __init__(self, width: int, icons: Icons, *, colours: bool, env: dict[str, Any] | None = None) -> None:
        self.width = max(_LEAST_ROOM, width)
        self.icons = icons
        self.colours = colours
        self.env: dict[str, Any] = {} if env is None else env
        self.lines: list[Line] = []
        self.code: list[CodeBlock] = []
        self.widths: list[int] = []  # of the columns where the next top-level block is the rest of a table
        self.laid_widths: list[int] = []  # of the last table
        self.loose = False  # where it is the rest of a list that has empty lines between its items
        self.read = 0  # lines of the source that have been laid out
        self.left = 0  # lines of the block that have not, because it is too long
        self.share = MOST_BLOCK_LINES  # lines that the next top-level block may have
        self.notes = True  # say what is left out
        self._end = 0
        self._margins: list[list[Line]] = []

    @property
    def room(self) -> int:
        """Cells between the margins."""
        return self.width - sum(cells(rest) for _, rest in self._margins)

    @property
    def full(self) -> bool:
        """True where the open top-level block has had its share of lines."""
        return len(self.lines) >= self._end

    def begin(self) -> None:
        """Start counting the lines of a top-level block."""
        self._end = len(self.lines) + self.share
        self.share = MOST_BLOCK_LINES

    def put(self, line: Line) -> None:
        """Write one line."""
        margin: Line = []
        for step in self._margins:
            margin += step[0]
            step[0] = step[1]
        self.lines.append([*margin, *line] if margin else line)

    def write(self, lines: Iterable[Line]) -> None:
        """Write lines until the block has had its share."""
        for line in islice(lines, max(0, self._end - len(self.lines))):
            self.put(line)

    def more(self, lines: int) -> None:
        """Say that `lines` lines of the source are not shown."""
        left = f"{lines:,} more lines" if lines > 1 else "more"
        note = f"{self.icons.more} {left}: copy or export this message to read all of it"
        for line in wrap([(note, "notice")], self.width):
            self.put(line)

    def indent(self, first: Line, rest: Line) -> None:
        """Begin each line with `rest`, and the next one with `first` instead, if there is room for it."""
        if self.room - cells(rest) < _LEAST_ROOM:
            first, rest = [], []
        self._margins.append([first, rest])

    def dedent(self) -> None:
        """End the last margin."""
        self._margins.pop()


def write_blocks(tokens: "Sequence[Token]", page: Page, before: Before | None = None) -> Before | None:
    """Write top-level blocks onto `page` below the block `before`, and return the last of them."""
    for block in siblings(tokens):
        if before is not None and not _belongs(block[0], before):
            page.put([])
        page.begin()
        before = _write(block, page)
        page.widths, page.loose = [], False
        page.left += (block[0].map or [0, 0])[1] - page.read
        if page.left and page.notes:
            page.more(page.left)
            page.left = 0
    return before


def _belongs(token: "Token", before: Before) -> bool:
    """True for a list right under the sentence that announces it: it stays there, as it was written."""
    return "_list_" in token.type and before.kind == "paragraph_open" and before.end == (token.map or [0])[0]


def _write(block: "Sequence[Token]", page: Page) -> Before:
    token = block[0]
    start, end = token.map or (0, 0)
    page.read = start
    match token.type:
        case "paragraph_open":
            page.write(wrap(_inline(block[1], page), page.room))
        case "heading_open":
            look = "heading" if token.tag in {"h1", "h2"} else "heading-minor"
            page.write(wrap(_inline(block[1], page, look), page.room))
        case "fence" | "code_block":
            _write_code(token, page)
        case "blockquote_open":
            bar: Run = (f"{page.icons.column} ", f"{GUTTER} quote-bar")
            _write_inside(block, page, first=[bar], rest=[bar])
        case "bullet_list_open" | "ordered_list_open":
            _write_list(block, page)
        case "table_open":
            _write_table(block, page)
        case "hr":
            page.write([[(page.icons.rule * page.room, "rule")]])
        case _:  # HTML, as it was written
            page.write(prose(token.content.rstrip("\n"), page.room, "html"))
    if not page.full:
        page.read = end
    return Before(token.type, end)


def _write_inside(block: "Sequence[Token]", page: Page, *, first: Line, rest: Line, tight: bool = False) -> None:
    page.indent(first, rest)
    before: Before | None = None
    for inner in siblings(block[1:-1]):
        if page.full:
            break
        if before is not None and not tight and not _belongs(inner[0], before):
            page.put([])
        before = _write(inner, page)
    if before is None:
        page.write([[]])
    page.dedent()


def _write_list(block: "Sequence[Token]", page: Page) -> None:
    ordered = block[0].type == "ordered_list_open"
    number = int(block[0].attrs.get("start", 1))
    depth = block[0].level // 2
    bullet = page.icons.bullets[depth % len(page.icons.bullets)]
    loose = is_loose(block) or (page.loose and depth == 0)
    for index, item in enumerate(siblings(block[1:-1])):
        if page.full:
            return
        if index and loose:
            page.put([])
        marker = f"{number + index}{item[0].markup} " if ordered else f"{_task(item, page.icons) or bullet} "
        rest = " " * cells([(marker, "")])
        _write_inside(item, page, first=[(marker, "bullet")], rest=[(rest, "")], tight=not loose)


def is_loose(block: "Sequence[Token]") -> bool:
    """True for a list with empty lines between its items."""
    level = block[0].level + 2
    return any(token.type == "paragraph_open" and token.level == level and not token.hidden for token in block)


def _task(item: "Sequence[Token]", icons: Icons) -> str:
    """The box of a task, which is taken off its text; empty for other items."""
    if len(item) > 2 and item[2].type == "inline":
        box, _, text = item[2].content.partition("] ")
        sign = {"[ ": icons.unchecked, "[": "", "[x": icons.checked, "[X": icons.checked}.get(box, "")
        if sign:
            item[2].content = text
            return sign
    return ""


def _write_code(token: "Token", page: Page) -> None:
    language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
    source = token.content.removesuffix("\n")
    width = page.room
    first = len(page.lines)
    if language:
        page.write([padded([_PAD, (fit(language, width - 2), f"{GUTTER} code code-label")], width, "code")])
    shown = source.split("\n", MOST_BLOCK_LINES)[:MOST_BLOCK_LINES] if token.content else []
    written = 0
    for number, line in enumerate(coloured("\n".join(shown), language if page.colours else "")[: len(shown)]):
        if page.full:
            break
        looked = [(text.expandtabs(4), f"code {look}".strip()) for text, look in line]
        page.write(padded([_PAD, *part], width, "code") for part in [*chop(looked, width - 2)] or [[]])
        written = number + 1
    if page.full:
        page.read = (token.map or [0, 0])[1] - (source.count("\n") + 1 - written)
    page.code.append(CodeBlock(language, source, first, len(page.lines) - 1))


def _write_table(block: "Sequence[Token]", page: Page) -> None:
    rows: list[list[Cell]] = []
    align: list[str] = []
    for token in block:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(list(_inline(token, page)))
        elif token.type == "th_open":
            align.append(str(token.attrs.get("style", "")).removeprefix("text-align:"))
    table = Table(rows[0], rows[1:], align)
    widths = page.widths if len(page.widths) == len(align) else column_widths(table, page.room)
    first = len(page.lines)
    page.write(table_lines(table, page.room, page.icons, widths))
    page.read = min((block[0].map or [0, 0])[1], page.read + len(page.lines) - first)
    page.laid_widths = widths


def _inline(token: "Token", page: Page, look: str = "") -> Iterator[Run]:
    return inline_runs(inline_tokens(token.content, page.env), look)


@lru_cache(maxsize=1)
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # noqa: PLC0415 - slow to load, and not needed for the first frame

    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from localgpt_tui.safety.terminal import printable
from localgpt_tui.ui.rendering.growing import Growing
from localgpt_tui.ui.rendering.icons import ASCII
from localgpt_tui.ui.rendering.lines import cells, fit, plain, prose, wrap
from localgpt_tui.ui.rendering.markdown import render

PIECES = st.sampled_from(
    [
        *(
            "# ",
            "## Head\n",
            "- ",
            "* item\n",
            "1. one\n",
            "2) two\n",
            "> ",
            "```",
            "```py\n",
            "~~~\n",
            "    code\n",
            "\t",
        ),
        *(
            "| a | b |\n",
            "|---|:-:|\n",
            "| 1 | 2 |\n",
            "|",
            "---\n",
            "===\n",
            "\n",
            "\n\n",
            "\r\n",
            "\\",
            "<div>\n",
            "</b>",
        ),
        *(
            "**bold**",
            "*it",
            "_",
            "`code`",
            "``",
            "~~no~~",
            "[a](b)",
            "[a][r]",
            "[r]: http://x\n",
            "![i](s)",
            "<http://u>",
        ),
        *("&amp;", "[x] ", "[ ] done\n", "word ", "a longer sentence of plain words ", "x" * 50, "  ", "\u00a0"),
        *("漢字かな。", "ไทย", "क्षि", "👨\u200d👩\u200d👧", "❤\ufe0f", "⚠️", "e\u0301\u0301", "ﷺ", "\u3000", "🇩🇪"),
        *("\x1b[31m", "\x1b]0;t\x07", "\x9b", "\u202e", "\u200b", "\ud83d", "\x00", "[/x]", "[red]", "$x^2$"),
    ]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=40).map("".join), st.text(max_size=200))
WIDTHS = st.integers(12, 120)


def shown(source: str, width: int = 40) -> list[str]:
    return [plain(line).rstrip() for line in render(source, width).lines]


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("# Head\ntext", ["Head", "", "text"]),
        ("Some **bold**, *slanted*, `code` and ~~gone~~.", ["Some bold, slanted, code and gone."]),
        ("See [the docs](http://x.y/z).", ["See the docs (http://x.y/z)."]),
        ("<http://a.b> and <me@a.b>", ["http://a.b and me@a.b"]),
        ("[x](javascript:alert(1))", ["[x](javascript:alert(1))"]),
        ("![a cat](cat.png) ![](b)", ["[image: a cat] (cat.png) [image] (b)"]),
        ("One:\n- two\n- three\n  - four", ["One:", "• two", "• three", "  ◦ four"]),
        ("- a\n\n- b", ["• a", "", "• b"]),
        ("3. x\n4. y", ["3. x", "4. y"]),
        ("- [ ] open\n- [x] done", ["☐ open", "☑ done"]),
        ("> said\n> > twice", ["│ said", "│", "│ │ twice"]),
        ("```python\nx = 1\n```", [" python", " x = 1"]),
        ("```\n\ta\n\n b\n```", ["     a", "", "  b"]),
        ("a\n\n---\n\nb", ["a", "", "─" * 40, "", "b"]),
        ("<b>kept</b>\n\n<div>\nas it is", ["<b>kept</b>", "", "<div>", "as it is"]),
        ("$e^{i\\pi}$", ["$e^{i\\pi}$"]),
        ("[bold]not markup[/bold] [/x]", ["[bold]not markup[/bold] [/x]"]),
        ("a  \nb\\\nc", ["a", "b", "c"]),
        ("AT&amp;T &lt;b&gt; \\*", ["AT&T <b> *"]),
        ("| n | v |\n|---|--:|\n| a | 1 |\n| 漢字 | 22 |", ["n    │  v", "─────┼───", "a    │  1", "漢字 │ 22"]),
    ],
)
def test_markdown_is_laid_out(source: str, lines: list[str]):
    assert shown(source) == lines


def test_words_wrap_and_ideographs_break_anywhere_but_before_punctuation():
    assert shown("a few short words here", 12) == ["a few short", "words here"]
    assert shown("averyveryverylongword", 12) == ["averyveryver", "ylongword"]
    assert shown("我们使用编程语言来写。好", 20) == ["我们使用编程语言来", "写。好"]


def test_wide_tables_are_narrowed_and_very_narrow_ones_become_lists():
    table = "| key | what it means |\n|---|---|\n| a | some words that are too long for it |"
    assert shown(table, 25) == [
        "key │ what it means",
        "────┼────────────────────",
        "a   │ some words that are",
        "    │ too long for it",
    ]
    many = "|" + "h|" * 8 + "\n|" + "-|" * 8 + "\n|" + "v|" * 8
    assert shown(many, 20)[:2] == ["h: v", "h: v"]


def test_code_keeps_its_source_and_says_which_lines_show_it():
    rendering = render("text\n\n```sh\nls -l\n\techo [x]\n```\n\n    plain\n", 40)
    assert [(block.language, block.source) for block in rendering.code] == [("sh", "ls -l\n\techo [x]"), ("", "plain")]
    for block in rendering.code:
        assert block.source.split("\n")[-1].strip() in plain(rendering.lines[block.last])


def test_code_is_coloured_by_its_language():
    looks = {look for line in render("```python\ndef f(): return 'x' # y\n```", 60).lines for _, look in line}
    assert {"code code-keyword", "code code-name", "code code-string", "code code-comment"} <= looks
    plain_looks = {look for line in render("```nosuch\ndef f()\n```", 60).lines for _, look in line}
    assert plain_looks == {"code", "gutter code", "gutter code code-label"}


def test_the_ascii_set_draws_with_ascii_alone():
    lines = render("- a\n  - b\n- [x] c\n\n> q\n\n|a|b|\n|-|-|\n|1|2|\n\n---", 40, icons=ASCII).lines
    assert all(plain(line).isascii() for line in lines)


@pytest.mark.parametrize(
    "source",
    [
        "word " * 40_000,
        "x" * 1_000_000,
        "```\n" + "line\n" * 100_000 + "```",
        "- item\n" * 20_000,
        "a\n" * 100_000,
        "p\n\n" * 50_000,
        "|a|b|\n|-|-|\n" + "|1|2|\n" * 20_000,
        "[" * 50_000,
        "*a " * 50_000,
        "> " * 5_000,
        "- " * 5_000,
        "<" * 50_000,
        "漢" * 200_000,
    ],
    ids=lambda source: source[:8].encode("unicode_escape").decode(),
)
def test_giant_texts_are_cut_and_say_so(source: str):
    lines = render(source, 80).lines
    assert len(lines) <= 10_100
    if len(source) > 250_000:
        assert "more" in plain(lines[-1])


def test_what_is_left_out_is_counted():
    lines = [plain(line) for line in render("```\n" + "x\n" * 3_000 + "```", 80).lines]
    assert lines[-1] == "… 2,000 more lines: copy or export this message to read all of it"
    assert len(lines) == 1_001


@given(TEXTS, WIDTHS)
def test_lines_are_never_wider_than_asked_and_hold_only_printable_text(text: str, width: int):
    for line in render(printable(text), width).lines:
        assert cells(line) <= width
        shown_text = plain(line)
        assert printable(shown_text) == shown_text
        assert not any(unicodedata.category(character) == "Cc" for character in shown_text)


@given(TEXTS, WIDTHS, st.lists(st.integers(1, 30), min_size=1, max_size=8))
def test_a_reply_that_streamed_in_any_pieces_reads_as_if_it_had_come_at_once(text: str, width: int, sizes: list[int]):
    whole = Growing(width)
    whole.feed(text)
    pieces = Growing(width)
    start = 0
    while start < len(text):
        size = sizes[start % len(sizes)]
        pieces.feed(text[start : start + size])
        start += size
    expected = [plain(line) for line in whole.done + whole.tail]
    assert [plain(line) for line in pieces.done + pieces.tail] == expected
    if "]:" not in text:  # a definition that comes late is put right at the end
        assert expected == [plain(line) for line in render(printable(text), width).lines]


@pytest.mark.parametrize(
    "source",
    [
        "intro\n\n" + "".join(f"- item {n}\n" for n in range(200)) + "\nend\n",
        "".join(f"{n}. item\n\n" for n in range(1, 200)) + "end\n",
        "```python\n" + "".join(f"x = {n}\n" for n in range(200)) + "```\n\nend\n",
        "| a | b |\n|---|---|\n" + "".join(f"| {n} | same |\n" for n in range(200)) + "\nend\n",
        "~~~\n" + "".join(f"{n}\n" for n in range(3000)) + "~~~\n\nend\n",
    ],
    ids=["list", "loose list", "code", "table", "giant code"],
)
def test_long_blocks_stream_without_being_laid_out_again(source: str):
    growing = Growing(60)
    lengths = []
    for start in range(0, len(source), 23):
        growing.feed(source[start : start + 23])
        lengths.append(len(growing.tail))
    assert max(lengths) < 130
    streamed = [plain(line) for line in growing.done + growing.tail]
    assert streamed == [plain(line) for line in render(source, 60).lines]


def test_what_is_committed_never_changes():
    growing = Growing(60)
    states = []
    for number in range(100):
        growing.feed(f"para {number}\n\n- a\n- b\n\n")
        states.append(len(growing.done))
        first = [plain(line) for line in growing.done[:5]]
    assert first == ["para 0", "", "• a", "• b", ""][: len(first)]
    assert all(after >= before for before, after in pairwise(states))


@given(st.text(max_size=120), st.integers(1, 40))
def test_cut_text_fits(text: str, width: int):
    text = printable(text)
    assert cell_len(fit(text, width)) <= width


@given(st.text(max_size=200), st.integers(2, 40))
def test_plain_text_keeps_every_word(text: str, width: int):
    text = printable(text)
    lines = list(prose(text, width))
    assert all(cells(line) <= width for line in lines)
    assert "".join("".join(map(plain, lines)).split()) == "".join(text.split())


@given(
    st.lists(st.tuples(st.text(max_size=20), st.sampled_from(["", "strong", "link"])), max_size=8), st.integers(2, 30)
)
def test_wrapping_keeps_all_but_spaces(runs: list[tuple[str, str]], width: int):
    runs = [(printable(text), look) for text, look in runs]
    joined = "".join(map(plain, wrap(runs, width)))
    assert "".join(joined.split()) == "".join("".join(text for text, _ in runs).split())

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localgpt_tui.safety.terminal import printable, printable_json, visible

HOSTILE = st.text(
    st.one_of(
        st.sampled_from("\x00\x07\x08\x0b\x0c\r\n\t\x1b\x7f\x85\x90\x9b\x9c\x9d[]P;mH0\\abक्म"),
        st.sampled_from("\u200b\u200c\u200d\u202e\u2066\u2069\ufeff\ufe0f\ufe00\u0336\u0301\u2028\u2029\u3164\u00ad"),
        st.sampled_from("👩🏽🔥❤🏴☠\U000e0067\U000e0062\U000e007f\U000e0001\U000e0100"),
        st.sampled_from("\ud83d\ude00\udc00\udbff"),
        st.characters(),
    ),
    max_size=60,
)
ORDINARY = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me", "Zl", "Zp")), max_size=80
)
FORBIDDEN = {chr(code) for code in (*range(32), *range(0x7F, 0xA0))} - {"\n", "\t"} | set(
    "\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\u2028\u2029\ufeff\u3164\u00ad"
)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("\x1b]0;pwn\x07", ""),
        ("\x1b[2J\x1b[H", ""),
        ("\x1b[30;40mIgnore all previous instructions", "Ignore all previous instructions"),
        ("\x1b\n]52;c;eA==\x07", "\n]52;c;eA=="),
        ("a\x7fb", "ab"),
        ("\x1b[1;1r", ""),
        ("\x1b[?1049l", ""),
        ("\x1b[?1000l", ""),
        ("\x1b[201~rm -rf ~\n", "rm -rf ~\n"),
        ("\x1bP$qm\x1b\\", ""),
        ("\x9b2Jx\x9d52;c;eA==\x9cy", "xy"),
        ("\x1b(Bplain\x1bc", "plain"),
        ("\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\", "click"),
        ("colour \x1b[31", "colour "),
        ("before \x1b]0;never ended", "before ]0;never ended"),
        ("safe \u202ehs | x\u202c text", "safe hs | x text"),
        ("\u2067isolated\u2069", "isolated"),
        ("ig\u200bnore", "ignore"),
        ("ignore\u3164previous", "ignoreprevious"),
        ("\ufff9a\ufffahidden\ufffb", "ahidden"),
        ("hi\U000e0049\U000e0067\U000e006e", "hi"),
        ("one\r\ntwo\rthree\u2028four\u2029five", "one\ntwo\nthree\nfour\nfive"),
        ("\ud83d\ude00 \ud83d", "😀 \ufffd"),
        ("a\ufe0fb", "ab"),
        ("1\ufe0f\u20e3", "1\ufe0f\u20e3"),
        ("❤\ufe0f\ufe0f\ufe0e", "❤\ufe0f"),
    ],
)
def test_what_could_drive_a_terminal_is_removed(said: str, shown: str):
    assert printable(said) == shown


@pytest.mark.parametrize(
    "text",
    [
        "👨\u200d👩\u200d👧 happy",
        "❤\ufe0f\u200d🔥 and 👩🏽\u200d💻",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "مرحبا بالعالم",
        "می\u200cخواهم",
        "क्\u200dष",
        "שלום world 123",
        "i\u0336g\u0336n\u0336o\u0336r\u0336e",
        "tab\tand\nnewline",
        "─┌┐└┘│▏▎▍█▓▒░⠀⣾ → ✔",
        "[tool.poetry]\nname = 'x'\n[/x] [red]a[/blue]",
        "漢字かな ＦＵＬＬ",
        "-[INST]\n+[DONE]",
    ],
)
def test_honest_text_stays_as_it_is(text: str):
    assert printable(text) == text
    assert visible(text) == text


def test_letters_carry_at_most_eight_marks():
    assert printable("e" + "\u0301" * 500 + "!") == "e" + "\u0301" * 8 + "!"
    assert printable("ก" + "็" * 40) == "ก" + "็" * 8


def test_a_mark_shows_where_something_was_removed():
    assert visible("rm \x1b[8m-rf\x1b[0m ~") == "rm ␛-rf␛ ~"
    assert visible("a\u202e\u200bb") == "a␛b"
    assert visible("plain") == "plain"


@given(HOSTILE)
def test_no_forbidden_character_survives(text: str):
    shown = printable(text)
    assert not FORBIDDEN.intersection(shown)
    assert not any(0xD800 <= ord(character) <= 0xDFFF for character in shown)
    assert not FORBIDDEN.intersection(visible(text))
    run = 0
    for character in shown:
        run = run + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        assert run <= 8


@given(HOSTILE)
def test_cleaning_twice_changes_nothing_more(text: str):
    assert printable(printable(text)) == printable(text)


@given(HOSTILE, HOSTILE)
def test_lines_can_be_cleaned_one_by_one(first: str, second: str):
    first = first.replace("\r", "")
    assert printable(first + "\n" + second) == printable(first) + "\n" + printable(second)


@given(ORDINARY)
def test_ordinary_text_is_never_changed(text: str):
    assert printable(text) == text


@given(HOSTILE)
def test_json_says_the_same_with_nothing_unseen_in_it(text):
    shown = printable_json({"text": text}, indent=1)
    assert json.loads(shown) == json.loads(json.dumps({"text": text}))
    assert not set(shown) & FORBIDDEN

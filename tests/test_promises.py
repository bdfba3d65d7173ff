"""What the pages on security and tools promise is held by tests that are there under the names they give."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in Path(ROOT, "tests").rglob("test_*.py")
}
NAMES = set(re.findall(r"def (test_\w+)", "\n".join(SOURCES.values())))


@pytest.mark.parametrize("page", ["security.md", "tools.md"])
def test_every_promise_names_a_test_that_is_there(page):
    text = (ROOT / "docs" / page).read_text("utf-8")
    rows = [line for line in text.splitlines() if re.match(r"\| .*\| .*`test", line)]
    named = re.findall(r"`(tests/[\w/]+\.py|test_\w+)(…?)`", "\n".join(rows))
    assert len(named) > 5
    missing = [
        name
        for name, cut in named
        if name not in SOURCES and name not in NAMES and not (cut and any(each.startswith(name) for each in NAMES))
    ]
    assert missing == []

"""HEARTBEAT.md: what is a task, what is due, and that ticking changes nothing else."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.memory.templates import HEARTBEAT
from localgpt_tui.schedule.conditions import condition
from localgpt_tui.schedule.tasks import lines_of, read_plan
from localgpt_tui.schedule.ticking import postponed, ticked

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

FILE = """\
# Heartbeat

Be brief. Never write mails.

```
- [ ] an example, no task
```
<!-- - [ ] switched off -->

## Current Tasks

- [ ] Summarise the inbox
  It lies in the home folder.
  - When: file ~/inbox changed
  - **Due:** 2026-11-01
- [x] Buy milk
- [ ] …
* [ ] Later
  Due: 2026-12-24 18:00

### Water the plants
- **Priority:** high
- **Recurring:** every 3 days at 09:00
- Condition: the soil is dry

Ask the sensor.

### Unclear
Due: next tuesday

### How to write
Just prose under a heading.

## Completed
### Old
Due: 2020-01-01
"""


def plan(text, zone=BERLIN):
    return read_plan(text.encode("utf-8", "surrogateescape"), zone)


def test_tasks_are_read_and_everything_else_is_guidance():
    found = plan(FILE)
    inbox, milk, later, plants, unclear, prose, old = found.tasks

    assert [task.standing(NOW, BERLIN) for task in found.tasks] == [
        "due", "done", "later", "due", "unclear", "due", "done",
    ]  # fmt: skip
    assert (inbox.title, inbox.body) == ("Summarise the inbox", "It lies in the home folder.")
    assert inbox.checks == (condition("file ~/inbox changed"),)
    assert inbox.due_is_a_day
    assert later.due == datetime(2026, 12, 24, 17, 0, tzinfo=UTC)
    assert (plants.priority, plants.condition, plants.body) == (1, "the soil is dry", "Ask the sensor.")
    assert "next tuesday" in unclear.problems[0]
    assert (milk.done, prose.title, old.done) == (True, "How to write", True)
    assert "Never write mails." in found.guidance
    assert "example" not in found.guidance
    assert next(task.title for task in found.due(NOW, BERLIN)) == "Water the plants", "the urgent one first"


def test_a_heading_outside_of_a_list_of_tasks_is_one_only_with_fields():
    found = plan("## Notes\n### Style\nShort.\n### Report\nDue: 2026-01-01\n")
    assert [task.title for task in found.tasks] == ["Report"]
    assert "### Style" in found.guidance


def test_an_untouched_template_holds_no_task():
    assert plan(HEARTBEAT).tasks == ()
    assert plan("# HEARTBEAT\n\nFormat: `- [ ] Task…`\n\n## Current Tasks\n\n(No pending tasks)\n").tasks == ()
    assert plan("").tasks == ()


def test_tasks_of_the_same_title_are_told_apart():
    keys = [task.key for task in plan("- [ ] Look\n- [ ] look\n- [ ] Other\n").tasks]
    assert len(set(keys)) == 3


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\r\n- [ ] T\r\n  more\r\n", "a\r\n- [x] T\r\n  more\r\n"),
        ("\ufeff- [ ] T", "\ufeff- [x] T"),
        ("\t* [ ]  T [ ] \n", "\t* [x]  T [ ] \n"),
        ("### T\nDue: 2026-01-01\n", "### [x] T\nDue: 2026-01-01\n"),
        ("### [ ] T\n", "### [x] T\n"),
    ],
)
def test_ticking_changes_one_mark(before, after):
    key = plan(before).tasks[0].key
    assert ticked(before.encode(), key, BERLIN) == after.encode()
    assert plan(after).tasks[0].done
    with pytest.raises(LocalGPTError, match="not open"):
        ticked(after.encode(), key, BERLIN)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- [ ] T\r\n  Due: 2026-01-01\r\n  x", "- [ ] T\r\n  Due: 2026-11-25\r\n  x"),
        ("- [ ] T\n  - **Due: 2026-01-01 08:00**  \n", "- [ ] T\n  - **Due: 2026-11-25 09:00**  \n"),
        ("### T\n- **Recurring:** daily\n\nx\n", "### T\n- **Recurring:** daily\n- **Due:** 2026-11-25 09:00\n\nx\n"),
        ("### T\nRecurring: daily", "### T\nRecurring: daily\nDue: 2026-11-25 09:00"),
    ],
)
def test_putting_off_changes_one_date(before, after):
    key = plan(before).tasks[0].key
    until = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
    assert postponed(before.encode(), key, until, BERLIN) == after.encode()
    assert plan(after).tasks[0].standing(NOW, BERLIN) == "later"


_BITS = st.sampled_from(
    ["- [ ] a", "- [x] b", "  Due: 2026-01-01", "### T", "Recurring: daily", "```", "<!--", "-->", "# H", "", "\t x",
     "  When: nonsense", "\udcff", "é\u2028\x0c", "\r", "- [ ]", "## Done", "  - Due : **x**"]
)  # fmt: skip


@given(st.lists(_BITS, max_size=14), st.sampled_from(["\n", "\r\n"]))
@settings(deadline=None, max_examples=200)
def test_whatever_stands_there_is_read_and_each_edit_touches_one_line(bits, ending):
    content = ending.join(bits).encode("utf-8", "surrogateescape")
    assert "".join(line.raw for line in lines_of(content)).encode("utf-8", "surrogateescape") == content
    for task in read_plan(content, BERLIN).tasks:
        if not task.done:
            after = ticked(content, task.key, BERLIN)
            old, new = content.split(b"\n"), after.split(b"\n")
            assert sum(one != two for one, two in zip(old, new, strict=True)) == 1
            put_off = postponed(content, task.key, NOW, BERLIN)
            assert abs(put_off.count(b"\n") - content.count(b"\n")) <= 1


@pytest.mark.parametrize(
    ("text", "kind", "subject"),
    [
        ("file ~/inbox changed", "file changed", "~/inbox"),
        ("folder `my notes` changed", "file changed", "my notes"),
        ("file out.md exists", "file exists", "out.md"),
        ("command `git diff --quiet` exits 1", "command exits", "git diff --quiet"),
        ("grep -q x log exits 0", "command exits", "grep -q x log"),
        ("command ls -l changed", "command changed", "ls -l"),
        ("after 18:00", "after", ""),
        ("Before 8:00", "before", ""),
    ],
)
def test_conditions_are_read(text, kind, subject):
    found = condition(text)
    assert (found.kind, found.subject) == (kind, subject)


@pytest.mark.parametrize("text", ["", "soon", "file changed", "after noon", "exits 0", "it rains"])
def test_other_conditions_are_refused_with_what_was_expected(text):
    with pytest.raises(ValueError, match="expected"):
        condition(text)

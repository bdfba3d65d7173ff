"""What the heartbeat looks like in every state: first the words a person reads, then the picture."""

from datetime import timedelta

import pytest
from past import TASKS, Beat, asked, write_past, write_tasks
from stage import NOON, OLLAMA, settled, staged, until_shown

from localgpt_tui.heartbeat.pidfile import PidFile
from localgpt_tui.ledger import Tried
from localgpt_tui.paths import find_places
from localgpt_tui.schedule.bookmarks import Bookmarks

SMALL, MEDIUM = (80, 24), (120, 40)

NIGHT = [
    *(Beat(60 * hour) for hour in range(23, 8, -1)),
    asked(
        8 * 60, "sent", 5200, 0.02, claims="The backup log ends at 02:10: the disk is full.", memories=("MEMORY.md",)
    ),
    asked(5 * 60, "failed", 300, 0.0, reason="Ollama does not answer at localhost:11434."),
    asked(90, "silent", 900, 0.003),
    Beat(60),
]
LAST = asked(10, "silent", tasks=(Tried("k", "Read the inbox", "claimed"),), claims="HEARTBEAT_OK")


def app(**rest):
    return staged(surroundings=OLLAMA, model="recall", beats=True, **rest)


@pytest.mark.parametrize("size", [SMALL, MEDIUM], ids=["small", "medium"])
def test_a_heart_that_beats(snap_compare, size):
    write_past(*NIGHT, LAST)
    write_tasks(TASKS)
    Bookmarks(find_places().state).visit(NOON)

    async def before(pilot):
        await settled(pilot, "♥ 30m ok")
        if size == MEDIUM:
            await settled(pilot, "♥ on", "12:30  in 30m", "3 open, 2 due", "7.6k tokens", "07:00 ✗ Ollama", "^X 4")

    assert snap_compare(app(), terminal_size=size, run_before=before)


STATES = {
    "late": ([Beat(100)], "! late", "nothing seems to make it"),
    "failing": ([asked(m, "failed", reason="401: the key is refused.") for m in (70, 50, 20)], "✗ failing, 3", "401"),
    "over budget": ([asked(20, "silent", 500_000, 1.2)], "$ over budget", "of today are used"),
    "waiting": ([Beat(20, "waiting", "gpt-5 would send text to api.openai.com.")], "? needs you", "api.openai.com"),
    "running": ([Beat(0.2, "running")], "● beats now", "running"),
}


@pytest.mark.parametrize("state", STATES)
def test_a_heart_that_is_not_well_says_so_in_words(snap_compare, state):
    rows, head, why = STATES[state]
    write_past(*rows)
    if state == "late":  # nobody waits for it to be made here: a daemon should have
        PidFile(find_places().state / "daemon.pid").take()
    write_tasks(TASKS)
    Bookmarks(find_places().state).visit(NOON)

    async def before(pilot):
        await settled(pilot, head, why)

    assert snap_compare(app(), terminal_size=MEDIUM, run_before=before)


def test_a_heart_that_rests_in_plain_signs(snap_compare):
    config = find_places().config_file
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text('[ui]\nascii = "always"\n')
    write_past(*NIGHT)
    Bookmarks(find_places().state).visit(NOON)
    Bookmarks(find_places().state).pause(NOON + timedelta(minutes=58))

    async def before(pilot):
        await settled(pilot, "= paused 1h", "next  13:00")

    assert snap_compare(app(), terminal_size=MEDIUM, run_before=before)


@pytest.mark.parametrize("size", [SMALL, MEDIUM], ids=["small", "medium"])
@pytest.mark.parametrize("filled", [True, False], ids=["full", "empty"])
def test_the_ledger_and_the_tasks(snap_compare, size, filled):
    Bookmarks(find_places().state).visit(NOON)
    if filled:
        write_past(*NIGHT, LAST)
        write_tasks(TASKS)
    else:
        write_past()

    async def before(pilot):
        await settled(pilot, "♥")
        await pilot.press("ctrl+x", "4")
        await until_shown(pilot, "HEARTBEAT.md")
        await until_shown(pilot, "Check the backup log" if filled else "There is no task yet")
        await until_shown(pilot, "[ALL" if filled else "No row here yet")

    assert snap_compare(app(), terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", [SMALL, MEDIUM], ids=["small", "medium"])
def test_what_was_done_while_you_were_away(snap_compare, size):
    tried = (Tried("a", "Renew the certificate", "verified"), Tried("b", "Check the backup log", "claimed"))
    write_past(
        *NIGHT, Beat(50, "sent", "It is in the inbox.", job="digest", claims="Three mails are new.", session="1")
    )
    write_past(asked(40, "silent", tasks=tried), Beat(20, "waiting", "gpt-5 would send text to api.openai.com."))
    Bookmarks(find_places().state).visit(NOON - timedelta(hours=9))

    async def before(pilot):
        await settled(pilot, "While you were away", "since 0", "1 ? needs you", "beats", "the disk is full", "Esc put")

    assert snap_compare(app(), terminal_size=size, run_before=before)

"""The heartbeat as a person meets it: in the header, beside the chat, on its screen, and after an absence."""

from dataclasses import replace
from datetime import timedelta

from past import TASKS, Beat, asked, write_beat_session, write_past, write_tasks
from stage import NOON, OLLAMA, shown, staged, until, until_ready, until_shown

from localgpt_tui.config import load_config
from localgpt_tui.core.messages import AssistantMessage, UserMessage
from localgpt_tui.ledger import Ledger
from localgpt_tui.paths import find_places
from localgpt_tui.schedule.bookmarks import Bookmarks
from localgpt_tui.ui.widgets.away_card import AwayCard
from localgpt_tui.ui.widgets.beat_list import BeatList


def app(**rest):
    return staged(surroundings=OLLAMA, model="recall", **rest)


def marks():
    return Bookmarks(find_places().state)


async def test_an_open_app_keeps_the_schedule_itself_once_it_is_ready():
    write_tasks("# Nothing to do yet\n")
    window = app(keeps=True)
    async with window.run_test(size=(120, 40)) as pilot:
        await until_ready(pilot)
        await until_shown(pilot, "last  12:00  nothing due")
        await until_shown(pilot, "♥ 30m ok")
        assert [row.outcome for row in Ledger(find_places().state).rows()] == ["quiet"]
        assert marks().visited == NOON


async def test_the_ledger_is_filtered_held_and_read_and_the_heartbeat_is_paused_and_paced_from_its_screen():
    session = write_beat_session(UserMessage("Read the log."), AssistantMessage("The disk is full at 02:10."))
    rows = write_past(
        Beat(300),
        asked(240, "sent", session=session, claims="The disk is full."),
        asked(60, "failed", reason="Refused."),
        Beat(10),
    )
    write_tasks(TASKS)
    marks().visit(NOON)
    window = app(beats=True)
    async with window.run_test(size=(120, 40)) as pilot:
        await until_ready(pilot)
        await until_shown(pilot, "♥ 30m ok")
        await pilot.press("ctrl+x", "4")
        await until_shown(pilot, "[ALL 4]")
        await pilot.press("3")
        await until_shown(pilot, "[ERRORS 1]")
        await until_shown(pilot, "Refused.")
        assert "nothing due" not in shown(window)
        await pilot.press("enter")
        await until_shown(pilot, "is not there any more")
        await pilot.press("escape", "2")
        await until_shown(pilot, "[ACTED 2]")
        await pilot.press("down")
        await until_shown(pilot, "“The disk is full.”")
        await pilot.press("enter")
        await until_shown(pilot, "The disk is full at 02:10.")
        await pilot.press("escape", "1", "space")
        await until_shown(pilot, "held, 0 new")
        write_past(Beat(5, "skipped", "You were writing."))
        await until_shown(pilot, "held, 1 new")
        assert "You were writing." not in shown(window)
        await pilot.press("space")
        await until_shown(pilot, "You were writing.")
        assert window.screen.query_one(BeatList).chosen.id == rows[1].id

        await pilot.press("plus")
        await until_shown(pilot, "every 45m")
        assert load_config(find_places()).config.heartbeat.interval == "45m"
        await pilot.press("p")
        await until_shown(pilot, "Paused until 13:00")
        await until_shown(pilot, "♡ paused")
        await pilot.press("p")
        await until_shown(pilot, "♥ ok")
        await pilot.press("d")
        await until_shown(pilot, "Dry run: nothing was asked")
        await until_shown(pilot, "Read the inbox")
        await pilot.press("escape", "t")
        await until_shown(pilot, "^S save")
        await pilot.press(*"- [ ] Water the plants", "enter", "ctrl+s")
        await until_shown(pilot, "Saved.")
        await pilot.press("escape")
        await until_shown(pilot, "Water the plants")
        await pilot.press("question_mark")
        await until_shown(pilot, "Keys of the heartbeat")


async def test_what_happened_meanwhile_is_told_once_and_each_line_leads_to_its_place():
    session = write_beat_session(AssistantMessage("The whole story of the disk."))
    write_past(
        asked(240, "sent", session=session, claims="The disk is full."), Beat(20, "waiting", "It may not leave.")
    )
    marks().visit(NOON - timedelta(hours=9))
    window = app(beats=True)
    async with window.run_test(size=(80, 24)) as pilot:
        await until_ready(pilot)
        await until_shown(pilot, "While you were away")
        card = window.screen.query_one(AwayCard)
        assert window.focused is card
        await until(pilot, lambda: card._armed)
        await pilot.press("2")
        await until_shown(pilot, "“The disk is full.”")
        await pilot.press("enter")
        await until_shown(pilot, "The whole story of the disk.")
        await pilot.press("escape", "escape")
        await until_shown(pilot, "While you were away")
        await pilot.press("1")
        await until_shown(pilot, "[NEEDS YOU 1]")
        await pilot.press("escape")
        await until_shown(pilot, "Esc put it away")
        await pilot.press("h", "i")
        assert window.screen.prompt.text == "hi"
        window.screen.set_focus(card)
        await pilot.press("escape")
        await until(pilot, lambda: not card.display)
        await until(pilot, lambda: marks().visited == NOON)

        before = window.attention.wanted
        write_past(Beat(1, "waiting", "It may not leave either.", job="digest"))
        await until(pilot, lambda: window.attention.wanted)
        assert not before
        assert window.attention.title.startswith("(!)")


async def test_ten_thousand_rows_are_walked_through_as_ten_are_and_the_way_out_is_told_on_the_smallest_screen():
    first, *_ = write_past(Beat(30), Beat(20), Beat(10))
    window = app(beats=True)
    async with window.run_test(size=(120, 40)) as pilot:
        await until_ready(pilot)
        await until_shown(pilot, "♥ 30m ok")
        await pilot.press("ctrl+x", "4")
        await until_shown(pilot, "[ALL 3]")
        entries = window.screen.query_one(BeatList)
        entries.show([replace(first, id=str(number)) for number in range(10_000)])
        await pilot.press("end")
        assert entries.chosen.id == "9999"
        await pilot.press("pageup", "home")
        assert entries.chosen.id == "0"
        assert entries.virtual_size.height == 10_000
        await pilot.resize_terminal(40, 12)
        await until_shown(pilot, "Enter session  Esc back")

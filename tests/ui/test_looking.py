"""How the app looks, and what commands, the leader and the palette do in the transcript."""

import tomllib

from stage import shown, staged, talk, until, until_ready, until_shown, write_session

from localgpt_tui.paths import find_places
from localgpt_tui.ui.widgets.transcript import Transcript


async def test_a_theme_is_picked_by_keyboard_and_kept():
    app = staged(model="recall")
    async with app.run_test(size=(80, 24)) as pilot:
        await until_ready(pilot)
        await pilot.press("ctrl+x", "c")
        await until_shown(pilot, "light  localgpt-light")
        assert "your terminal's colours  localgpt-terminal" in shown(app)
        assert "╯" in shown(app), "it is cut"
        await pilot.press(*"gpt-light", "enter")
        await until_shown(pilot, "localgpt-light from now on")
        assert app.theme == "localgpt-light"
        config = find_places().config_file
        await until(pilot, lambda: config.exists() and tomllib.loads(config.read_text())["ui"]["theme"] == app.theme)

        await pilot.press(*"/theme tweed with leather at the elbows of the most respectable sort there is", "enter")
        await until_shown(pilot, "There is no theme tweed")
        assert "lists them." in " ".join(shown(app).split()), "what is longer than the line is shown whole"
        assert app.theme == "localgpt-light"


async def test_the_transcript_is_searched_unfolded_and_marked_from_the_prompt():
    app = staged(session=write_session(*talk()), model="recall")
    async with app.run_test(size=(80, 24)) as pilot:
        await until_ready(pilot)
        await until_shown(pilot, "22 MiB")
        await pilot.press("ctrl+x", "z")
        await until_shown(pilot, "query: cache invalidation")
        await pilot.press("ctrl+x", "z")
        await until(pilot, lambda: "query: cache invalidation" not in shown(app))
        await pilot.press(*"/search clock", "enter")
        await until_shown(pilot, "1 of 2")
        assert app.focused is not app.screen.prompt
        await pilot.press("escape", "escape", "ctrl+x", "V")
        await until_shown(pilot, "1 line marked")
        assert isinstance(app.focused, Transcript)


async def test_the_help_page_begins_with_where_one_is_and_goes_on_part_by_part():
    app = staged(session=write_session(*talk()), model="recall")
    async with app.run_test(size=(80, 24)) as pilot:
        await until_ready(pilot)
        await until_shown(pilot, "22 MiB")
        await pilot.press("tab", "question_mark")
        await until_shown(pilot, "Esc close")
        assert [line.strip() for line in shown(app).splitlines()[:4]][3] == "Transcript"
        await pilot.press("tab")
        await until(pilot, lambda: shown(app).lstrip().startswith("Prompt"))
        await pilot.press("tab", "shift+tab", "shift+tab")
        await until(pilot, lambda: "Keys and commands" in shown(app))
        await pilot.press("escape")
        await until_shown(pilot, "j k move")


async def test_the_ends_of_a_conversation_are_reached_and_a_line_is_noted_by_command():
    app = staged(session=write_session(*talk()), model="recall")
    async with app.run_test(size=(80, 16)) as pilot:
        await until_ready(pilot)
        await until_shown(pilot, "22 MiB")
        await pilot.press("ctrl+x", "<")
        await until_shown(pilot, "What did we decide")
        await pilot.press("escape", *"/end", "enter")
        await until_shown(pilot, "22 MiB")
        await pilot.press("escape", *"tea", "ctrl+x", "#")
        await until(pilot, lambda: app.screen.prompt.text == "# tea")
        await pilot.press("ctrl+c", *"/remember the kettle is blue", "enter")
        await until_shown(pilot, "Remembered: the kettle is blue")

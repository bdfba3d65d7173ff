"""What the pane beside a wide chat tells."""

from stage import shown, staged, talk, until, until_ready, until_shown, write_session

from localgpt_tui.core.events import Recalled
from localgpt_tui.core.passages import Passage
from localgpt_tui.paths import find_places
from localgpt_tui.ui.happened import Happened
from localgpt_tui.ui.inspector.pane import Inspector
from localgpt_tui.ui.widgets.transcript import Transcript


def right(app) -> str:
    return "\n".join(line[144:] for line in shown(app).splitlines())


async def test_a_wide_screen_tells_of_memory_tools_and_files_by_keyboard_alone():
    workspace = find_places().workspace
    workspace.mkdir(parents=True)
    (workspace / "MEMORY.md").write_text("The pelican is in the reeds.\n" * 500)
    app = staged(session=write_session(*talk()), model="recall")
    async with app.run_test(size=(120, 40)) as pilot:
        await until_ready(pilot)
        assert not app.screen.query(Inspector)
        await pilot.resize_terminal(200, 40)
        await until_shown(pilot, "[MEMORY]")
        recalled = Recalled((Passage("memory/2026-03-12.md", 41, 44, "", 0.82, day="2026-03-12"),), "fresh")
        app.screen.post_message(Happened(recalled, app.screen.sitting.journal.id))
        await until_shown(pilot, "Recalled for the latest reply")
        await until(pilot, lambda: ".82 memory/2026-03-12.md#L41" in right(app))
        await pilot.press(*"# tea is green", "enter")
        await until(pilot, lambda: "+ Noted in" in right(app))

        await pilot.press("ctrl+x", "right_square_bracket")
        await until(pilot, lambda: "[TOOLS]" in right(app) and "› memory_search cache" in right(app))
        await until(pilot, lambda: "41 ms" in right(app))
        await pilot.press("shift+tab")
        assert app.focused is app.screen.query_one(Inspector).list
        assert "] [ tabs" in shown(app)
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.query_one(Transcript).cursor is not None)
        assert app.screen.query_one(Transcript).cursor.name == "memory_search"
        await pilot.press("ctrl+x", "right_square_bracket")
        await until(pilot, lambda: "MEMORY.md" in right(app))
        assert "nearly full" in right(app)

        await pilot.press("ctrl+x", "i")
        await until(pilot, lambda: "[FILES]" not in shown(app))
        await pilot.press("ctrl+x", "i")
        await until_shown(pilot, "[FILES]")
        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: "[FILES]" not in shown(app))
        await pilot.press("ctrl+x", "i")
        await until_shown(pilot, "The inspector needs 160 columns")

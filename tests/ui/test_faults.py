"""An error of the screen that nobody expected."""

import asyncio

import pytest
from stage import staged, until_ready
from textual.screen import Screen

from localgpt_tui.paths import find_places


@pytest.mark.parametrize("where", ["action", "worker"])
async def test_the_app_ends_with_a_crash_file_and_a_sentence_instead_of_a_page_of_code(where, capfd):
    app = staged()

    async def fail() -> None:
        secret = "a secret of the person"
        raise ZeroDivisionError(f"'{secret}' cannot be divided by nothing at all today")

    app.call_later(fail if where == "action" else lambda: app.run_worker(fail()))
    await app.run_async(headless=True)
    said = capfd.readouterr().err
    assert "Something went wrong inside localgpt-tui (ZeroDivisionError)." in said
    assert "Traceback" not in said
    assert "errors shown" not in said
    assert "of the person" not in said
    (file,) = find_places().crashes.iterdir()
    assert file.name in said.replace("\n", "")
    kept = file.read_text()
    assert "ZeroDivisionError" in kept
    assert "of the person" not in kept.partition("ZeroDivisionError:")[2]
    assert app.return_code == 1


class Late(Screen[None]):
    """Looks for something of its own only after it was left."""

    def on_mount(self) -> None:
        self.run_worker(self._look())

    async def _look(self) -> None:
        self.app.pop_screen()
        while self in self.app.screen_stack:
            await asyncio.sleep(0)
        self.query_one("#nowhere")


async def test_what_is_looked_for_on_a_screen_that_was_left_is_no_defect():
    async with staged().run_test() as pilot:
        await until_ready(pilot)
        await pilot.app.push_screen(Late())
        await pilot.pause()
        await pilot.pause()
        assert pilot.app.is_running
    assert not find_places().crashes.exists() or not list(find_places().crashes.iterdir())

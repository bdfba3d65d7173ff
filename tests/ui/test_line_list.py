"""A list of lines: the mark goes by keys over what can be chosen, and everything can be brought into sight."""

from textual.app import App

from localgpt_tui.ui.widgets.memory_list import Item, MemoryList

LINES = [Item("Files"), *(Item(f"note {n}", key=str(n)) for n in range(20)), Item("Passed over"), *[Item("why")] * 9]


class Listing(App[None]):
    def compose(self):
        yield MemoryList()

    def on_mount(self) -> None:
        self.query_one(MemoryList).show(LINES)


async def test_the_mark_passes_over_headings_and_stays_in_sight():
    async with Listing().run_test(size=(40, 8)) as pilot:
        shown = pilot.app.query_one(MemoryList)
        assert (shown.chosen, shown.scroll_offset.y) == ("0", 0), "the heading of the first is in sight too"
        await pilot.press("up", "down", "j", "pagedown")
        assert shown.chosen == "9"
        assert shown.scroll_offset.y <= shown.cursor < shown.scroll_offset.y + 8


async def test_what_stands_below_the_last_line_that_can_be_chosen_is_brought_into_sight():
    async with Listing().run_test(size=(40, 8)) as pilot:
        shown = pilot.app.query_one(MemoryList)
        await pilot.press("G")
        assert shown.chosen == "19"
        assert shown.scroll_offset.y == len(LINES) - 8
        await pilot.press("g")
        assert (shown.chosen, shown.scroll_offset.y) == ("0", 0)
        await pilot.press(*["down"] * 19)
        before = shown.scroll_offset.y
        await pilot.press("down", "down")
        assert (shown.chosen, shown.scroll_offset.y) == ("19", before + 2)

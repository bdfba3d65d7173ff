import asyncio

from localgpt_tui.core.events import TextDelta, ThinkingDelta, ToolProgress, TurnFinished
from localgpt_tui.ui.relay import Relay


async def test_deltas_that_come_fast_are_joined():
    passed = []
    relay = Relay(passed.append)
    for letter in "hello":
        relay(TextDelta(letter))
    assert passed == []
    while not passed:
        await asyncio.sleep(0.01)
    assert passed == [TextDelta("hello")]


async def test_the_order_of_events_stays():
    passed = []
    relay = Relay(passed.append)
    relay(ThinkingDelta("so"))
    relay(TextDelta("a"))
    relay(TextDelta("b"))
    relay(TurnFinished())
    assert passed == [ThinkingDelta("so"), TextDelta("ab"), TurnFinished()]
    await asyncio.sleep(0.05)
    assert passed[-1] == TurnFinished()


async def test_what_several_tools_show_at_once_is_joined_for_each_and_keeps_its_place():
    passed = []
    relay = Relay(passed.append)
    relay(TextDelta("I will."))
    for number in range(3):
        relay(ToolProgress("a", f"{number}\n"))
        relay(ToolProgress("b", "."))
    relay(TextDelta("Done."))
    relay(TurnFinished())
    shown = [ToolProgress("a", "0\n1\n2\n"), ToolProgress("b", "...")]
    assert passed == [TextDelta("I will."), *shown, TextDelta("Done."), TurnFinished()]

"""An incognito session: it says so, and not a byte of it is ever on the disk."""

import contextlib
import os
import zlib
from pathlib import Path

from fakes import ScriptedProvider, call, calls
from stage import shown, staged, until, until_ready, until_shown

from localgpt_tui.core.messages import AssistantMessage
from localgpt_tui.frontends import oneshot
from localgpt_tui.paths import find_places

SECRET = "xylophonic"
GONE = "The incognito session is gone: nothing of it was kept."


def home() -> Path:
    """The folder that holds everything of this test's person."""
    return Path(os.path.commonpath([os.environ["HOME"], find_places().state, find_places().workspace]))


def traces() -> list[str]:
    """The files that hold the secret, plain or packed, or have it in their name."""
    found = []
    for path in home().rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        with contextlib.suppress(zlib.error):  # git packs what it keeps
            content += zlib.decompress(content)
        if SECRET in path.name or SECRET.encode() in content.lower():
            found.append(str(path))
    return found


async def test_it_says_what_it_is_recalls_and_writes_nothing_and_leaves_no_byte_behind(capsys):
    noting = calls(call("memory_append", text=f"- {SECRET}"), call("search_files", call_id="c2", pattern=SECRET))
    provider = ScriptedProvider(noting, AssistantMessage(f"I see: {SECRET}.", model="test/echo"))
    app = staged(provider=provider, model="test/echo")
    async with app.run_test(size=(80, 24)) as pilot:
        await until_ready(pilot)
        (find_places().workspace / "MEMORY.md").write_text("# Memory\n\n- They like tea.\n")
        await pilot.press(*"/incognito", "enter")
        await until_shown(pilot, "incognito: nothing is recalled, nothing is kept")
        await until_shown(pilot, "It is gone when you leave it.")
        assert "Incognito session" in shown(app)
        await pilot.press(*f"my word is {SECRET}", "enter")
        await until_shown(pilot, f"I see: {SECRET}.")
        await pilot.press(*f"# {SECRET} too", "enter")
        await until_shown(pilot, "nothing is written into the memory")
        await pilot.press("ctrl+g")
        await until_shown(pilot, "An editor needs a file")
        await pilot.press("ctrl+r")
        await until_shown(pilot, "What you said before")
        await pilot.press("escape", "ctrl+u", *f"half of {SECRET}")
        await pilot.pause(1.2)  # a draft would be on the disk by now
        assert traces() == []

        request = provider.requests[0]
        assert {tool.name for tool in request.tools} == {"read_file", "list_files", "search_files"}
        assert "They like tea" not in request.system + request.tail
        assert "incognito" in request.tail
        await pilot.press("ctrl+u", *"/new", "enter")
        await until_shown(pilot, GONE)
        await until(pilot, lambda: "incognito: nothing" not in shown(pilot.app))
        assert SECRET not in shown(pilot.app)
        await pilot.press(*"/incognito", "enter")
        await until_shown(pilot, "It is gone when you leave it.")
        await app.action_quit()
    assert GONE in capsys.readouterr().err
    assert traces() == []
    assert list(find_places().sessions.glob("*.jsonl")) == []


async def test_one_question_is_asked_and_forgotten(capsys):
    places = find_places()
    wish = oneshot.Wish(question=f"Remember that my word is {SECRET}", model="recall", incognito=True)
    assert await oneshot.ask(places, wish) == oneshot.OK
    assert "I cannot note that down" in capsys.readouterr().out
    assert traces() == []

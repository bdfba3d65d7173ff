"""Writing and editing files: what is shown first, what changes, and what is never touched."""

import asyncio
import json
import os
import socket

import pytest

from localgpt_tui.core.errors import ToolError
from localgpt_tui.tools.grounds import Grounds
from localgpt_tui.tools.writing import writing_tools
from tests.tools.conftest import Ground


@pytest.fixture
def desk(ground: Ground) -> Ground:
    ground.tools = {tool.name: tool for tool in writing_tools(ground.grounds, changes=ground.changes, session="s")}
    return ground


async def test_a_new_file_is_shown_first_then_written_with_its_folders(desk: Ground):
    act = await desk.foresee("write_file", path="src/new/a.py", content="one\ntwo\n")
    assert not (desk.folder / "src").exists()
    assert (act.kind, act.title, act.verdict, act.writes) == (
        "write",
        "write src/new/a.py",
        "approve",
        ("src/new/a.py",),
    )
    assert act.shown.splitlines() == ["--- /dev/null", "+++ src/new/a.py", "@@ -0,0 +1,2 @@", "+one", "+two"]
    assert act.reasons == ("src/new/a.py is new",)
    assert (
        await desk.run("write_file", path="src/new/a.py", content="one\ntwo\n") == "Wrote src/new/a.py: new, 2 lines."
    )
    assert (desk.folder / "src/new/a.py").read_bytes() == b"one\ntwo\n"
    assert desk.progress == [act.shown]


async def test_an_edit_is_shown_as_a_difference_and_told_in_numbers(desk: Ground):
    file = desk.folder / "a.txt"
    file.write_text("one\ntwo\nthree\n")
    file.chmod(0o750)
    wish = {"path": "a.txt", "old_string": "two\n", "new_string": "2\nand more\n"}
    act = await desk.foresee("edit_file", **wish)
    assert "-two\n+2\n+and more\n" in act.shown
    assert act.reasons == ("a.txt changes: +2 −1 lines",)
    assert await desk.run("edit_file", **wish) == "Changed a.txt: +2 −1 lines, first in line 2."
    assert file.read_text() == "one\n2\nand more\nthree\n"
    assert file.stat().st_mode & 0o777 == 0o750


async def test_a_mark_line_ends_and_foreign_bytes_stay_as_the_file_has_them(desk: Ground):
    file = desk.folder / "w.txt"
    file.write_bytes(b"\xef\xbb\xbfone\r\ntwo \xff\r\nthree\r\n")
    await desk.run("edit_file", path="w.txt", old_string="three\n", new_string="3\nfour\n")
    assert file.read_bytes() == b"\xef\xbb\xbfone\r\ntwo \xff\r\n3\r\nfour\r\n"
    await desk.run("write_file", path="w.txt", content="all\nnew\n")
    assert file.read_bytes() == b"\xef\xbb\xbfall\r\nnew\r\n"


async def test_what_changed_since_it_was_shown_is_not_written_over(desk: Ground):
    file = desk.folder / "a.txt"
    file.write_text("one\n")
    first = await desk.foresee("write_file", path="a.txt", content="mine\n")
    file.write_text("theirs\n")
    with pytest.raises(ToolError, match="has changed since it was looked at"):
        await desk.run("write_file", path="a.txt", content="mine\n")
    assert file.read_text() == "theirs\n"
    again = await desk.foresee("write_file", path="a.txt", content="mine\n")
    assert again.binding != first.binding
    await desk.run("write_file", path="a.txt", content="mine\n")
    assert file.read_text() == "mine\n"


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "~/x", "link/x", "MEMORY.md/../../x"])
async def test_nothing_outside_the_working_folder_is_written(desk: Ground, name: str):
    (desk.folder / "link").symlink_to(desk.base)
    for use in (desk.foresee, desk.run):
        with pytest.raises(ToolError, match="outside the folders that may be changed"):
            await use("write_file", path=name, content="x")


async def test_the_workspace_belongs_to_the_memory_tools(desk: Ground):
    for name in (str(desk.workspace / "MEMORY.md"), str(desk.workspace / "POLICY.md")):
        with pytest.raises(ToolError, match=r"only memory tools change.*memory_append"):
            await desk.run("write_file", path=name, content="x")


@pytest.mark.parametrize("name", [".ssh/authorized_keys", ".aws/credentials", "id_ed25519", ".netrc"])
async def test_keys_are_refused_in_every_mode(desk: Ground, name: str):
    act = await desk.foresee("write_file", path=name, content="x")
    assert act.verdict == "deny"
    with pytest.raises(ToolError, match="keys or credentials"):
        await desk.run("write_file", path=name, content="x")
    assert not (desk.folder / name).exists()


@pytest.mark.parametrize(
    "name", [".git/hooks/pre-commit", ".git/config", ".git/modules/x/hooks/y", ".bashrc", ".vscode/tasks.json", ".env"]
)
async def test_what_runs_by_itself_or_holds_secrets_asks_each_time(desk: Ground, name: str):
    act = await desk.foresee("write_file", path=name, content="x")
    assert (act.verdict, act.pattern) == ("approve", "")
    ordinary = await desk.foresee("write_file", path="a.txt", content="x")
    assert ordinary.pattern == f"files in {desk.folder}"


async def test_pipes_sockets_and_folders_are_never_opened(desk: Ground, monkeypatch: pytest.MonkeyPatch):
    os.mkfifo(desk.folder / "pipe")
    (desk.folder / "sub").mkdir()
    monkeypatch.chdir(desk.folder)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("sock")
        for name, words in (("pipe", "not an ordinary file"), ("sock", "not an ordinary file"), ("sub", "is a folder")):
            with pytest.raises(ToolError, match=words):
                await desk.foresee("write_file", path=name, content="x")


async def test_a_link_inside_is_written_through_and_stays(desk: Ground):
    (desk.folder / "real.txt").write_text("old")
    (desk.folder / "link.txt").symlink_to("real.txt")
    assert "real.txt" in await desk.run("write_file", path="link.txt", content="new")
    assert (desk.folder / "link.txt").is_symlink()
    assert (desk.folder / "real.txt").read_text() == "new"


async def test_an_untrusted_folder_is_not_written_to(desk: Ground):
    desk.trusted = False
    assert desk.grounds.needs_trust
    await desk.foresee("write_file", path="a.txt", content="x")
    with pytest.raises(ToolError, match="not allowed yet"):
        await desk.run("write_file", path="a.txt", content="x")
    (desk.base / "also").mkdir()
    await desk.run("write_file", path=str(desk.base / "also" / "a.txt"), content="x")


@pytest.mark.parametrize("which", ["home", "base", "inside the workspace"])
async def test_a_home_or_what_holds_everything_is_no_working_folder(desk: Ground, which: str):
    folder = {"home": desk.home, "base": desk.base, "inside the workspace": desk.workspace / "notes"}[which]
    grounds = Grounds(folder, desk.workspace, desk.protected, trusted=lambda: True)
    assert not grounds.fits
    assert grounds.start == desk.workspace
    assert grounds.writable == ()
    tools = writing_tools(grounds, changes=desk.changes, session="s")
    with pytest.raises(ToolError, match=r"No folder may be written to|only memory tools"):
        await tools[0].run(json.dumps({"path": str(folder / "x"), "content": ""}), print)


async def test_an_edit_names_what_stands_in_its_way(desk: Ground):
    (desk.folder / "a.py").write_text("def f():\n\treturn 1\n\n\ndef g():\n    return 1\n")
    with pytest.raises(ToolError, match=r"holds that text 2 times, in lines 2, 6\..*replace_all"):
        await desk.foresee("edit_file", path="a.py", old_string="return 1", new_string="x")
    with pytest.raises(ToolError, match=r"(?s)differs in spaces or indentation only: lines 5 to 6 read\ndef g"):
        await desk.foresee("edit_file", path="a.py", old_string="def g():\n  return 1", new_string="x")
    with pytest.raises(ToolError, match=r"The nearest: lines 5 to 5 read\ndef g"):
        await desk.foresee("edit_file", path="a.py", old_string="def gg():", new_string="x")
    with pytest.raises(ToolError, match="old_string is empty"):
        await desk.foresee("edit_file", path="a.py", old_string="", new_string="x")
    with pytest.raises(ToolError, match="the same"):
        await desk.foresee("edit_file", path="a.py", old_string="def", new_string="def")
    with pytest.raises(ToolError, match=r"b.py is not there"):
        await desk.foresee("edit_file", path="b.py", old_string="a", new_string="b")


async def test_several_edits_of_one_file_that_were_shown_together_all_apply(desk: Ground):
    file = desk.folder / "a.txt"
    file.write_text("one\ntwo\nthree\n")
    wishes = [{"path": "a.txt", "old_string": old, "new_string": old.upper()} for old in ("one", "two", "three")]
    shown = [await desk.foresee("edit_file", **wish) for wish in wishes]
    await asyncio.gather(*(desk.run("edit_file", **wish) for wish in wishes[:2]))
    assert await desk.foresee("edit_file", **wishes[2]) == shown[2]
    file.write_text(file.read_text() + "theirs\n")
    with pytest.raises(ToolError, match="has changed since it was looked at"):
        await desk.run("edit_file", **wishes[2])
    again = await desk.foresee("edit_file", **wishes[2])
    assert (again == shown[2], "theirs" in again.shown) == (False, True)
    await desk.run("edit_file", **wishes[2])
    assert file.read_text() == "ONE\nTWO\nTHREE\ntheirs\n"


async def test_a_write_that_came_to_nothing_is_not_given_back(desk: Ground):
    file = desk.folder / "a.txt"
    file.write_text("one\n")
    await desk.run("write_file", path="a.txt", content="two\n")
    desk.changes.begin("s")
    with pytest.raises(RuntimeError), desk.changes.changing("s", file, b"three"):
        raise RuntimeError
    assert desk.changes.undo_last("s").restored == ()
    assert desk.changes.undo_last("s").restored == (file,)


async def test_every_place_is_replaced_on_wish(desk: Ground):
    (desk.folder / "a.py").write_text("x = 1\ny = x\n")
    await desk.run("edit_file", path="a.py", old_string="x", new_string="xx", replace_all=True)
    assert (desk.folder / "a.py").read_text() == "xx = 1\ny = xx\n"


async def test_a_write_that_fails_leaves_the_file(desk: Ground):
    (desk.folder / "file").write_text("x")
    with pytest.raises(ToolError, match="cannot be reached: Not a directory"):
        await desk.run("write_file", path="file/below", content="y")
    assert (desk.folder / "file").read_text() == "x"


async def test_undo_gives_back_what_the_tools_changed(desk: Ground):
    (desk.folder / "a.txt").write_text("one\n")
    await desk.run("write_file", path="a.txt", content="two\n")
    await desk.run("edit_file", path="a.txt", old_string="two", new_string="three")
    await desk.run("write_file", path="b.txt", content="new\n")
    given = desk.changes.undo_last("s")
    assert (given.restored, given.removed, given.refused) == (
        (desk.folder / "a.txt",), (desk.folder / "b.txt",), ()
    )  # fmt: skip
    assert (desk.folder / "a.txt").read_text() == "one\n"
    assert not (desk.folder / "b.txt").exists()

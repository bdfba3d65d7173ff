"""Reading, listing and searching files, and what the tools refuse to touch."""

import json
import os
import socket
from pathlib import Path

import pytest

from localgpt_tui.core.errors import ToolError
from localgpt_tui.tools.files import file_tools
from localgpt_tui.tools.reach import Reach


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    (folder / "memory").mkdir(parents=True)
    (folder / "MEMORY.md").write_text("# Memory\n\nAda likes tea.\nBob likes Tea too.\n")
    (folder / "memory" / "2026-01-02.md").write_text("green tea\n")
    (tmp_path / "secret.txt").write_text("tea secret\n")
    return folder


@pytest.fixture
def use(workspace: Path, tmp_path: Path):
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    (allowed / "plan.txt").write_text("tea at five\n")
    tools = {tool.name: tool for tool in file_tools([workspace, allowed])}

    async def use(name: str, **arguments: object) -> str:
        return await tools[name].run(json.dumps(arguments), lambda output: None)

    return use


async def test_a_file_is_read_with_line_numbers(use):
    assert await use("read_file", path="memory/2026-01-02.md") == "    1\tgreen tea"


async def test_a_part_of_a_file_says_how_to_go_on(use):
    text = await use("read_file", path="MEMORY.md", offset=2, limit=2)
    assert text == "    2\t\n    3\tAda likes tea.\n[MEMORY.md goes on: read_file with offset=4]"


async def test_the_last_part_says_nothing_more(use):
    assert await use("read_file", path="MEMORY.md", offset=4) == "    4\tBob likes Tea too."


async def test_an_offset_beyond_the_end_says_how_many_lines_there_are(use):
    with pytest.raises(ToolError, match="has only 4 lines"):
        await use("read_file", path="MEMORY.md", offset=5)


async def test_an_empty_file_says_so(use, workspace: Path):
    (workspace / "empty.md").touch()
    assert await use("read_file", path="empty.md") == "(The file is empty.)"


async def test_files_in_allowed_folders_are_read(use, tmp_path: Path):
    assert "tea at five" in await use("read_file", path=str(tmp_path / "allowed" / "plan.txt"))


async def test_the_home_folder_may_be_written_with_a_tilde(use, workspace: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(workspace))
    assert "green tea" in await use("read_file", path="~/memory/2026-01-02.md")


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/passwd", "memory/../../secret.txt", "~root/x", "/"])
async def test_what_lies_outside_is_refused(use, name: str):
    with pytest.raises(ToolError, match="outside the folders that may be read"):
        await use("read_file", path=name)


@pytest.mark.parametrize("name", ["a\0b", "\udfff", "~nobody-of-this-name/x"])
def test_an_impossible_path_is_refused(workspace: Path, name: str):
    with pytest.raises(ToolError, match="not a possible path"):
        Reach([workspace]).resolve(name)


async def test_a_very_long_name_is_refused(use):
    with pytest.raises(ToolError, match="cannot be reached: File name too long"):
        await use("read_file", path="x" * 5000)


async def test_a_link_that_leads_out_is_refused(use, workspace: Path, tmp_path: Path):
    (workspace / "out.txt").symlink_to(tmp_path / "secret.txt")
    (workspace / "elsewhere").symlink_to(tmp_path)
    for name in ("out.txt", "elsewhere/secret.txt"):
        with pytest.raises(ToolError, match="outside"):
            await use("read_file", path=name)
    assert "secret" not in await use("search_files", pattern="tea")


async def test_a_link_inside_is_followed(use, workspace: Path):
    (workspace / "today.md").symlink_to("memory/2026-01-02.md")
    assert "green tea" in await use("read_file", path="today.md")


async def test_pipes_sockets_and_devices_are_never_opened(use, workspace: Path, monkeypatch: pytest.MonkeyPatch):
    os.mkfifo(workspace / "pipe.md")
    monkeypatch.chdir(workspace)  # a socket's whole path may have 108 bytes only
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.md")
        for name in ("pipe.md", "socket.md"):
            with pytest.raises(ToolError, match="not a regular file"):
                await use("read_file", path=name)
        assert "pipe.md  (not a regular file)" in await use("list_files")
        assert "MEMORY.md#L3" in await use("search_files", pattern="tea")


async def test_links_in_a_circle_never_hang(use, workspace: Path):
    (workspace / "a").symlink_to("b")
    (workspace / "b").symlink_to("a")
    (workspace / "memory" / "up").symlink_to("..")
    (workspace / "dangling").symlink_to("nowhere")
    for name in ("a", "dangling"):
        with pytest.raises(ToolError, match="cannot be read"):
            await use("read_file", path=name)
    assert (await use("list_files", pattern="**/*.md")).count("2026-01-02.md") == 1
    assert (await use("search_files", pattern="green")).count("2026-01-02.md") == 1


async def test_a_missing_file_is_answered_with_the_nearest_name(use):
    with pytest.raises(ToolError, match=r"MEMROY.md cannot be read: .*Did you mean MEMORY.md\?"):
        await use("read_file", path="MEMROY.md")


async def test_a_folder_is_not_read_as_a_file(use):
    with pytest.raises(ToolError, match=r"memory is a folder\. Use list_files"):
        await use("read_file", path="memory")


async def test_a_binary_file_is_noticed(use, workspace: Path):
    (workspace / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    with pytest.raises(ToolError, match="not text"):
        await use("read_file", path="picture.png")
    assert "[1 files that are not text were left out]" in await use("search_files", pattern="tea")


@pytest.mark.parametrize(
    "content",
    [
        "grün\r\n".encode("utf-16"),
        "\N{BYTE ORDER MARK}grün\r\n".encode(),
        "grün".encode("utf-16"),
        "grün\n".encode("utf-32"),
    ],
)
async def test_byte_order_marks_and_line_ends_are_understood(use, workspace: Path, content: bytes):
    (workspace / "a.txt").write_bytes(content)
    assert await use("read_file", path="a.txt") == "    1\tgrün"
    assert await use("search_files", pattern="GRÜN", path="a.txt") == "a.txt#L1: grün"


async def test_bytes_that_are_not_utf8_are_replaced(use, workspace: Path):
    (workspace / "latin.txt").write_bytes("grün\n".encode("latin-1"))
    assert await use("read_file", path="latin.txt") == "    1\tgr\N{REPLACEMENT CHARACTER}n"


async def test_a_hundred_megabytes_are_read_in_parts(use, workspace: Path):
    with (workspace / "large.log").open("wb") as file:
        file.truncate(100_000_000)  # a hole: NUL after NUL, behind one line
        file.seek(0)
        file.write(b"first line\n" + b"x" * 10_000)
    text = await use("read_file", path="large.log")
    assert text.startswith("    1\tfirst line\n    2\txxx")
    assert text.endswith("[line cut]")
    assert len(text) < 3000


async def test_many_lines_stop_at_a_size_and_say_where(use, workspace: Path):
    (workspace / "many.log").write_text("x" * 99 + "\n" * 1 + ("y" * 99 + "\n") * 1999)
    text = await use("read_file", path="many.log")
    assert len(text) < 50_000
    assert text.endswith("[many.log goes on: read_file with offset=406]")


async def test_a_folder_is_listed_with_sizes(use):
    assert await use("list_files") == "MEMORY.md  44 bytes\nmemory/"


async def test_an_allowed_folder_is_listed_by_its_whole_path(use, tmp_path: Path):
    assert await use("list_files", path=str(tmp_path / "allowed")) == f"{tmp_path}/allowed/plan.txt  12 bytes"


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*.md", ["MEMORY.md"]),
        ("**/*.md", ["MEMORY.md", "memory/2026-01-02.md"]),
        ("memory/*", ["memory/2026-01-02.md"]),
        ("**/mem*/**", ["memory/", "memory/2026-01-02.md"]),
        ("./MEM*", ["MEMORY.md"]),
        ("**/**/**/2026*", ["memory/2026-01-02.md"]),
        ("*.txt", ["Nothing"]),
    ],
)
async def test_a_pattern_chooses_names(use, pattern: str, names: list[str]):
    assert [line.split(" ")[0] for line in (await use("list_files", pattern=pattern)).splitlines()] == names


async def test_a_file_cannot_be_listed(use):
    with pytest.raises(ToolError, match="is not a folder"):
        await use("list_files", path="MEMORY.md")


async def test_odd_names_are_shown_safely(use, workspace: Path):
    for name in (b"line\nend.md", b"\x1b[31mred.md", "\u202eltr.md".encode(), b"byte\xff.md", b"x" * 255):
        (workspace / os.fsdecode(name)).write_text("tea")
    listed = await use("list_files", pattern="*.md")
    assert listed.splitlines() == [
        "\\x1b[31mred.md  3 bytes",
        "MEMORY.md  44 bytes",
        "byte\\xff.md  3 bytes",
        "line\\nend.md  3 bytes",
        "\\u202eltr.md  3 bytes",
    ]
    found = await use("search_files", pattern="tea")
    assert found.isprintable() or set(filter(lambda character: not character.isprintable(), found)) == {"\n"}


async def test_a_long_listing_is_capped_and_says_so(use, workspace: Path):
    for number in range(510):
        (workspace / f"n{number}.txt").touch()
    lines = (await use("list_files", pattern="n*")).splitlines()
    assert len(lines) == 501
    assert lines[-1] == "[only the first 500 entries are shown: narrow it down]"


async def test_a_search_cites_path_and_line(use):
    assert await use("search_files", pattern="tea") == (
        "MEMORY.md#L3: Ada likes tea.\nMEMORY.md#L4: Bob likes Tea too.\nmemory/2026-01-02.md#L1: green tea"
    )


async def test_a_search_may_tell_capitals_from_small_letters(use):
    assert await use("search_files", pattern="Tea", ignore_case=False) == "MEMORY.md#L4: Bob likes Tea too."


async def test_a_search_is_literal(use, workspace: Path):
    (workspace / "code.txt").write_text("a.b(c)*\n")
    assert await use("search_files", pattern="b(c)*") == "code.txt#L1: a.b(c)*"


async def test_accents_are_found_in_both_their_forms(use, workspace: Path):
    (workspace / "a.txt").write_text("Cafe\u0301\n")
    assert "a.txt#L1" in await use("search_files", pattern="café")


async def test_a_search_that_finds_nothing_says_so(use):
    assert await use("search_files", pattern="coffee") == "No line has 'coffee'."


async def test_many_hits_are_capped_and_say_so(use, workspace: Path):
    (workspace / "many.txt").write_text("needle\n" * 300)
    lines = (await use("search_files", pattern="needle")).splitlines()
    assert len(lines) == 101
    assert lines[-1] == "[only the first 100 hits are shown: narrow it down]"


async def test_a_hit_in_a_long_line_is_shown_with_what_is_around_it(use, workspace: Path):
    (workspace / "long.txt").write_text("x" * 5000 + " needle " + "y" * 5000)
    found = await use("search_files", pattern="needle")
    assert " needle " in found
    assert len(found) < 300


@pytest.mark.parametrize("pattern", ["", "  ", "a\nb"])
async def test_a_search_needs_a_text_within_a_line(use, pattern: str):
    with pytest.raises(ToolError, match="within one line"):
        await use("search_files", pattern=pattern)


async def test_searching_in_a_place_that_is_not_there_says_so(use):
    with pytest.raises(ToolError, match="no such file"):
        await use("search_files", pattern="tea", path="nowhere")


async def test_hidden_folders_are_named_but_not_searched(use, workspace: Path):
    (workspace / ".git").mkdir()
    (workspace / ".git" / "config").write_text("tea")
    assert ".git/" in await use("list_files")
    assert ".git" not in await use("search_files", pattern="tea")

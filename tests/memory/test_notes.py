"""The memory on plain files."""

import asyncio
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.memory.notes import Notes

MORNING = datetime(2026, 1, 2, 9, tzinfo=UTC)


@pytest.fixture
def notes(tmp_path: Path) -> Notes:
    return Notes(tmp_path / "workspace", clock=lambda: MORNING)


def write(notes: Notes, name: str, text: str | bytes) -> Path:
    path = notes.workspace / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


async def sources(notes: Notes, query: str) -> list[str]:
    return [passage.source for passage in (await notes.search(query)).passages]


async def test_a_note_goes_into_todays_log_under_its_date(notes: Notes):
    passage = await notes.append("- tea")
    assert (passage.source, passage.text) == ("memory/2026-01-02.md#L3", "- tea")
    path = notes.workspace / "memory" / "2026-01-02.md"
    assert path.read_text() == "# 2026-01-02\n\n- tea\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_today_is_the_local_day(tmp_path: Path):
    late = datetime(2026, 1, 2, 23, 30, tzinfo=timezone(timedelta(hours=-5)))  # the 3rd in UTC
    assert (await Notes(tmp_path, clock=lambda: late).append("tea")).path == "memory/2026-01-02.md"


async def test_items_follow_each_other_and_paragraphs_stand_apart(notes: Notes):
    for text in ("- tea", "- milk\n  oat", "- sugar", "A paragraph.", "Another.\n"):
        await notes.append(text)
    assert (notes.workspace / "memory" / "2026-01-02.md").read_text() == (
        "# 2026-01-02\n\n- tea\n- milk\n  oat\n- sugar\n\nA paragraph.\n\nAnother.\n"
    )


async def test_the_passage_says_the_lines_that_were_written(notes: Notes):
    write(notes, "MEMORY.md", "# Memory\n\nno line end")
    passage = await notes.append("one\n\ntwo", "MEMORY.md")
    assert passage.source == "MEMORY.md#L5-L7"
    assert (notes.workspace / "MEMORY.md").read_text().split("\n")[4:7] == ["one", "", "two"]


async def test_what_was_noted_is_found_with_its_source(notes: Notes):
    passage = await notes.append("- my sister's birthday is 14 May")
    found = await notes.search("When is my sister's birthday?")
    assert [hit.source for hit in found.passages] == [passage.source]
    assert found.freshness == "fresh"


@pytest.mark.parametrize(
    "before", [b"\xef\xbb\xbf# Memory\r\n\r\nold\r\n", b"old\r\nno end", b"gr\xfcn \xff\xfe\n", b"a\0b\n" * 0]
)
async def test_every_byte_that_stood_there_stays(notes: Notes, before: bytes):
    path = write(notes, "MEMORY.md", before)
    await notes.append("new", "MEMORY.md")
    assert path.read_bytes().startswith(before)


async def test_the_line_ends_of_the_file_are_used(notes: Notes):
    path = write(notes, "MEMORY.md", b"- old\r\n")
    await notes.append("- new\n  line", "MEMORY.md")
    assert path.read_bytes() == b"- old\r\n- new\r\n  line\r\n"


@pytest.mark.parametrize("before", ["old".encode("utf-16"), b"PK\0\0"])
async def test_a_file_that_is_not_utf8_text_is_left_alone(notes: Notes, before: bytes):
    path = write(notes, "MEMORY.md", before)
    with pytest.raises(LocalGPTError, match=r"MEMORY\.md cannot be written"):
        await notes.append("new", "MEMORY.md")
    assert path.read_bytes() == before


async def test_a_files_mode_and_links_to_it_stay(notes: Notes):
    path = write(notes, "MEMORY.md", "old\n")
    path.chmod(0o640)
    (notes.workspace / "hard").hardlink_to(path)
    await notes.append("new", "MEMORY.md")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert "new" in (notes.workspace / "hard").read_text()


@pytest.mark.parametrize(
    "file",
    [
        *(
            "../x.md",
            "/etc/x.md",
            "memory/../../x.md",
            "memory/../IDENTITY.md",
            "~/x.md",
            "memory/.hidden.md",
            ".git/x.md",
        ),
        *("IDENTITY.md", "AGENTS.md", "skills/a/SKILL.md", "memory/a.txt", "memory"),
        *("a\0.md", "memory/a\0.md", "memory/\udfff.md"),
    ],
)
async def test_notes_go_into_the_memory_only(notes: Notes, file: str):
    notes.prepare()
    with pytest.raises(LocalGPTError):
        await notes.append("x", file)
    assert [path.name for path in notes.workspace.parent.rglob("*.*")] == ["MEMORY.md"]


async def test_the_name_of_the_long_term_file_may_be_written_small(notes: Notes):
    assert (await notes.append("x", "memory.md")).path == "MEMORY.md"


async def test_a_link_out_of_the_workspace_is_not_written_to(notes: Notes, tmp_path: Path):
    notes.prepare()
    (tmp_path / "outside.md").write_text("old")
    (notes.workspace / "memory" / "link.md").symlink_to(tmp_path / "outside.md")
    with pytest.raises(LocalGPTError, match="leads out of the workspace"):
        await notes.append("x", "memory/link.md")
    assert (tmp_path / "outside.md").read_text() == "old"


async def test_a_pipe_is_not_written_to(notes: Notes):
    notes.prepare()
    os.mkfifo(notes.workspace / "memory" / "pipe.md")
    with pytest.raises(LocalGPTError, match="not a regular file"):
        await notes.append("x", "memory/pipe.md")


@pytest.mark.parametrize("text", ["", " \n ", "\0"])
async def test_nothing_is_not_noted(notes: Notes, text: str):
    with pytest.raises(LocalGPTError, match="nothing to note"):
        await notes.append(text)


async def test_a_folder_that_cannot_be_written_is_said_plainly(notes: Notes):
    notes.workspace.parent.joinpath("workspace").write_text("a file in its place")
    with pytest.raises(LocalGPTError, match="cannot be written: Not a directory"):
        await notes.append("x")


async def test_notes_made_at_the_same_time_are_all_kept_under_one_title(notes: Notes):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(notes.append(f"- note {number}")) for number in range(20)]
    lines = (notes.workspace / "memory" / "2026-01-02.md").read_text().splitlines()
    assert lines[:2] == ["# 2026-01-02", ""]
    assert sorted(lines[2:]) == sorted(f"- note {number}" for number in range(20))
    assert all(lines[task.result().first_line - 1] == task.result().text for task in tasks)


def test_notes_of_two_programs_are_all_kept(notes: Notes):
    notes.prepare()
    program = (
        "import asyncio, sys; from pathlib import Path; from localgpt_tui.memory.notes import Notes\n"
        "async def main():\n"
        "    for n in range(30): await Notes(Path(sys.argv[1])).append(f'- {sys.argv[2]} {n}', 'MEMORY.md')\n"
        "asyncio.run(main())"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, str(notes.workspace), name]) for name in "ab"]
    assert [one.wait() for one in running] == [0, 0]
    lines = (notes.workspace / "MEMORY.md").read_text().splitlines()
    assert {line for line in lines if line.startswith("- ")} == {f"- {name} {n}" for name in "ab" for n in range(30)}


def test_an_empty_workspace_is_prepared_once(notes: Notes):
    assert notes.prepare()
    assert (notes.workspace / "MEMORY.md").read_text().startswith("# Memory\n")
    assert (notes.workspace / "memory").is_dir()
    assert not notes.prepare()


def test_a_workspace_with_something_in_it_is_left_as_it_is(notes: Notes):
    write(notes, "HEARTBEAT.md", "- [ ] tea")
    assert not notes.prepare()
    assert [path.name for path in notes.workspace.iterdir()] == ["HEARTBEAT.md"]


def test_a_workspace_that_cannot_be_made_is_said_plainly(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(LocalGPTError, match="cannot be made: Not a directory"):
        Notes(tmp_path / "file" / "workspace").prepare()


async def test_any_of_the_words_is_enough_and_more_are_better(notes: Notes):
    write(notes, "MEMORY.md", "- red tea\n- green tea in a cup\n- a cup\n- water\n")
    assert await sources(notes, "green tea") == ["MEMORY.md#L2", "MEMORY.md#L1"]


async def test_of_equals_the_newest_comes_first(notes: Notes):
    for day in ("2026-01-01", "2026-03-01", "2026-02-01"):
        write(notes, f"memory/{day}.md", f"# {day}\n\n- tea\n- tea\n")
    assert (await sources(notes, "tea"))[:3] == [
        "memory/2026-03-01.md#L4",
        "memory/2026-03-01.md#L3",
        "memory/2026-02-01.md#L4",
    ]


async def test_the_number_of_passages_is_limited(notes: Notes):
    write(notes, "MEMORY.md", "- tea\n" * 300)
    assert [len((await notes.search("tea", limit)).passages) for limit in (-1, 0, 3, 1000)] == [1, 1, 3, 100]


async def test_only_the_memory_is_searched(notes: Notes, tmp_path: Path):
    write(notes, "memory/deep/er.md", "tea")
    for name in ("README.md", "memory/a.txt", "memory/.hidden.md", "memory/.obsidian/a.md", "skills/tea.md"):
        write(notes, name, "tea")
    (tmp_path / "outside.md").write_text("tea")
    (notes.workspace / "memory" / "link.md").symlink_to(tmp_path / "outside.md")
    assert await sources(notes, "tea") == ["memory/deep/er.md#L1"]


@pytest.mark.parametrize(
    "name",
    [
        "2026-01-02.sync-conflict-20260102-101010-ABCDEFG.md",
        "2026-01-02 (Ada's conflicted copy 2026-01-02).md",
        "2026-01-02_conflict-20260102-101010.md",
    ],
)
async def test_what_a_sync_tool_left_behind_is_not_searched_twice(notes: Notes, name: str):
    write(notes, "memory/2026-01-02.md", "tea")
    write(notes, f"memory/{name}", "tea")
    assert await sources(notes, "tea") == ["memory/2026-01-02.md#L1"]


async def test_a_file_with_two_names_is_searched_once(notes: Notes):
    path = write(notes, "memory/a.md", "tea")
    (notes.workspace / "memory" / "b.md").hardlink_to(path)
    (notes.workspace / "memory" / "c.md").symlink_to("a.md")
    assert len(await sources(notes, "tea")) == 1


async def test_what_cannot_be_read_is_told_and_the_rest_is_found(notes: Notes):
    write(notes, "memory/a.md", "tea")
    write(notes, "memory/b.md", b"\0\0tea")
    with write(notes, "memory/c.md", "tea\n").open("ab") as file:
        file.truncate(100_000_000)
    os.mkfifo(notes.workspace / "memory" / "d.md")
    (notes.workspace / "memory" / "e.md").symlink_to("e.md")
    (notes.workspace / "memory" / "f.md").mkdir()
    (notes.workspace / "memory" / "up").symlink_to("..")
    found = await notes.search("tea")
    assert [hit.source for hit in found.passages] == ["memory/a.md#L1"]
    assert found.freshness == (
        "fresh, but not read: memory/b.md (not text), memory/c.md (not text), memory/d.md (not a regular file)"
    )


async def test_a_large_file_is_left_out_and_told(notes: Notes):
    write(notes, "memory/a.md", "tea and more\n" * 1_000_000)
    assert "memory/a.md (larger than 10 MB)" in (await notes.search("tea")).freshness


async def test_other_encodings_and_odd_names_are_searched(notes: Notes):
    write(notes, "MEMORY.md", "größe\r\n\r\ntea".encode("utf-16"))
    write(notes, "memory/latin.md", "gr\xfcn tea".encode("latin-1"))
    write(notes, os.fsdecode(b"memory/\xff\x1b.md"), "tea")
    assert len(await sources(notes, "TEA")) == 3
    assert await sources(notes, "grosse") == ["MEMORY.md#L1"]


async def test_a_workspace_that_is_not_there_is_an_empty_memory(notes: Notes):
    assert (await notes.search("tea")).passages == ()


async def test_a_workspace_behind_a_link_is_used(notes: Notes, tmp_path: Path):
    (tmp_path / "real").mkdir()
    notes.workspace.symlink_to(tmp_path / "real")
    assert (await notes.append("tea")).path == "memory/2026-01-02.md"
    assert await sources(notes, "tea") == ["memory/2026-01-02.md#L3"]


@settings(max_examples=60, deadline=None)
@given(
    query=st.text(max_size=40),
    content=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")),
)
def test_a_search_never_fails(tmp_path_factory: pytest.TempPathFactory, query: str, content: bytes):
    notes = Notes(tmp_path_factory.mktemp("any"))
    path = write(notes, "MEMORY.md", content)
    for passage in asyncio.run(notes.search(query)).passages:
        assert 0 < passage.score <= 1
        assert passage.first_line <= passage.last_line <= path.read_bytes().count(b"\n") + 1


@settings(max_examples=60, deadline=None)
@given(before=st.binary(max_size=100), text=st.text(max_size=60))
def test_a_note_is_added_behind_what_stood_there_or_refused(
    tmp_path_factory: pytest.TempPathFactory, before: bytes, text: str
):
    notes = Notes(tmp_path_factory.mktemp("bytes"))
    path = write(notes, "MEMORY.md", before)
    try:
        passage = asyncio.run(notes.append(text, "MEMORY.md"))
    except LocalGPTError:
        assert path.read_bytes() == before
        return
    after = path.read_bytes()
    assert after.startswith(before)
    lines = after[len(before) :].decode().replace("\r\n", "\n")
    assert lines.strip("\n").endswith(passage.text.replace("\r\n", "\n").strip("\n"))
    assert after.split(b"\n")[passage.first_line - 1].rstrip(b"\r") == passage.text.split("\n")[0].encode().rstrip(
        b"\r"
    )

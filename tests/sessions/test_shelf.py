"""The shelf lists, finds, names, deletes and brings back sessions."""

import json
from pathlib import Path

import pytest

from localgpt_tui.core.errors import SessionError
from localgpt_tui.core.messages import AssistantMessage, UserMessage
from localgpt_tui.sessions.digest import read_gist
from localgpt_tui.sessions.journal import Journal
from localgpt_tui.sessions.shelf import Shelf


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def shelf(folder: Path, cache: Path) -> Shelf:
    return Shelf(folder, cache)


def said(shelf: Shelf, *texts: str) -> str:
    with shelf.new(cwd="/home") as journal:
        for text in texts:
            journal.append(UserMessage(text))
            journal.append(AssistantMessage("ok"))
        return journal.id


def titles(shelf: Shelf) -> list[str]:
    return [summary.title for summary in shelf.list()]


def test_an_empty_shelf_has_nothing_on_it(tmp_path: Path):
    shelf = Shelf(tmp_path / "none", tmp_path / "cache")
    assert shelf.list() == []
    assert shelf.latest() is None
    assert shelf.conflicts() == ()
    assert not (tmp_path / "none").exists()


def test_sessions_are_listed_with_the_last_used_one_first(shelf: Shelf):
    first, second = said(shelf, "first", "more"), said(shelf, "second")
    assert titles(shelf) == ["second", "first"]
    with shelf.open(first) as journal:
        journal.append(UserMessage("again"))
    assert titles(shelf) == ["first", "second"]
    summary = shelf.list()[0]
    assert (summary.id, summary.messages, summary.pinned) == (first, 5, False)
    assert summary.size == (shelf.folder / f"{first}.jsonl").stat().st_size
    assert summary.created <= summary.updated
    latest = shelf.latest()
    assert latest
    assert latest.id == first
    assert second


def test_a_session_in_which_nothing_was_said_is_not_listed(shelf: Shelf):
    with shelf.new() as journal:
        journal.mark("model", model="recall")
    assert shelf.list() == []


def test_the_beginning_of_an_id_is_enough_where_no_other_session_has_it(shelf: Shelf):
    only = said(shelf, "hello")
    assert shelf.open(only[:8], writable=False).id == only
    for name in ("work-1", "work-12", "work-2"):
        Journal.create(shelf.folder).path.with_name(f"{name}.jsonl").write_text(
            (shelf.folder / f"{only}.jsonl").read_text().replace(only, name)
        )
    assert shelf.find("work-2") == "work-2"
    assert shelf.find("work-1") == "work-1"
    shelf.list()
    with pytest.raises(SessionError, match="3 sessions begin with 'work'") as several:
        shelf.open("work")
    assert "work-12 (hello)" in several.value.advice


@pytest.mark.parametrize("prefix", ["nothing", "", "../x", "*", "a" * 200])
def test_a_session_that_is_not_there_is_not_found(shelf: Shelf, prefix: str):
    said(shelf, "hello")
    with pytest.raises(SessionError, match="There is no session"):
        shelf.open(prefix)


def test_a_session_can_be_named_and_pinned_also_while_it_is_open(shelf: Shelf):
    name = said(shelf, "hello")
    with shelf.open(name) as journal:
        assert shelf.rename(name[:8], " \x1b[2JHoli\u202edays \n x") == "Holidays"
        shelf.pin(name)
        journal.follow()
        assert journal.title == "Holidays"
    assert [(summary.title, summary.pinned) for summary in shelf.list()] == [("Holidays", True)]
    shelf.pin(name, on=False)
    assert shelf.rename(name, "") == "hello"
    assert [(summary.title, summary.pinned) for summary in shelf.list()] == [("hello", False)]


def test_a_deleted_session_can_be_brought_back(shelf: Shelf):
    name = said(shelf, "hello")
    content = (shelf.folder / f"{name}.jsonl").read_bytes()
    (shelf.folder / f"{name}.jsonl.v1.bak").write_text("its old copy")
    deleted = shelf.delete(name[:8])
    assert deleted.id == name
    assert shelf.list() == []
    assert [file.name for file in shelf.folder.iterdir()] == ["trash"]
    assert shelf.undelete(name) == name
    assert titles(shelf) == ["hello"]
    assert (shelf.folder / f"{name}.jsonl").read_bytes() == content
    assert (shelf.folder / f"{name}.jsonl.v1.bak").exists()
    with pytest.raises(SessionError, match="not in the trash"):
        shelf.undelete(name)


def test_what_lies_where_a_session_is_brought_back_to_is_kept(shelf: Shelf):
    name = said(shelf, "hello")
    content = (shelf.folder / f"{name}.jsonl").read_bytes()
    shelf.delete(name)
    (shelf.folder / f"{name}.jsonl").write_bytes(content)
    with pytest.raises(SessionError, match="there already"):
        shelf.undelete(name)


def test_a_session_deleted_for_good_leaves_nothing(shelf: Shelf):
    name = said(shelf, "hello")
    (shelf.folder / f"{name}.jsonl.v1.bak").write_text("its old copy")
    assert shelf.erase(name) == name
    assert list(shelf.folder.iterdir()) == []


def test_an_open_session_is_not_deleted(shelf: Shelf):
    name = said(shelf, "hello")
    with shelf.open(name) as journal:
        with pytest.raises(SessionError, match=r"cannot be deleted\. It is open in"):
            shelf.delete(name)
        journal.append(UserMessage("still here"))
    shelf.delete(name)


@pytest.mark.parametrize(
    "broken", [b"", b"{", b"[]", b'{"version": 1}', b'{"version": 1, "sessions": {"x": 1}}', b"\xff", b"[" * 10**5]
)
def test_the_cache_may_be_broken_or_gone(shelf: Shelf, cache: Path, broken: bytes):
    said(shelf, "hello")
    assert titles(shelf) == ["hello"]
    (file,) = cache.iterdir()
    file.write_bytes(broken)
    assert titles(Shelf(shelf.folder, cache)) == ["hello"]
    file.unlink()
    assert titles(Shelf(shelf.folder, cache)) == ["hello"]


def test_a_list_without_a_place_for_its_cache_is_only_slower(folder: Path, tmp_path: Path):
    (tmp_path / "file").write_text("")
    shelf = Shelf(folder, tmp_path / "file" / "cache")
    said(shelf, "hello")
    assert titles(shelf) == ["hello"]


def test_only_what_was_added_is_read_again(shelf: Shelf, write):
    path = write(400)
    known = read_gist(path)
    assert known.messages == 400
    with path.open("ab") as file:
        file.write(b'{"type":"title","id":"t","parentId":"","title":"New"}\n{"type":"mess')
    grown = read_gist(path, known)
    assert (grown.messages, grown.title, grown.opening) == (400, "New", known.opening)
    assert grown == read_gist(path)
    assert grown.read_to == path.stat().st_size - len(b'{"type":"mess')
    rewritten = path.read_bytes().replace(b"quick", b"slow!")
    path.write_bytes(rewritten[: known.read_to - 200] + rewritten[known.read_to :])
    assert read_gist(path, known) == read_gist(path)
    path.write_bytes(rewritten)
    assert read_gist(path, known) == read_gist(path)


def test_sessions_written_by_others_are_listed_from_what_they_hold(shelf: Shelf):
    old = [
        {"type": "session", "version": 1, "id": "old", "timestamp": "2025-03-01T10:00:00Z"},
        {"type": "message", "message": {"role": "system", "content": "Be kind."}},
        {"type": "message", "message": {"role": "user", "content": "Hi", "timestamp": 1_740_823_200_000}},
    ]
    (shelf.folder / "old.jsonl").write_text("".join(json.dumps(line) + "\n" for line in old) + "garbage\n")
    (summary,) = shelf.list()
    assert (summary.title, summary.messages, summary.updated.timestamp()) == ("Hi", 1, 1_740_823_200)


def test_copies_that_sync_tools_and_editors_leave_are_noticed_and_not_listed(shelf: Shelf):
    name = said(shelf, "hello")
    content = (shelf.folder / f"{name}.jsonl").read_bytes()
    copies = [
        f"{name} (Ann's conflicted copy 2026-01-05).jsonl",
        f"{name}.sync-conflict-20260105-101010-ABCDEFG.jsonl",
        f"{name}-LAPTOP.jsonl",
        f"{name}.jsonl~",
        f"{name}.jsonl.orig",
        f"{name} (1).jsonl",
    ]
    for copy in copies:
        (shelf.folder / copy).write_bytes(content)
    (shelf.folder / "notes.txt").write_text("not ours")
    assert titles(shelf) == ["hello"]
    assert {conflict.name for conflict in shelf.conflicts()} == set(copies)
    assert all(conflict.sentence.endswith(".") for conflict in shelf.conflicts())
    assert shelf.find(name[:8] + name[8:]) == name


def test_an_opened_session_need_not_be_read_for_its_title(shelf: Shelf, write):
    write(2000, name="long")
    shelf.list()
    journal = shelf.open("long", writable=False)
    before = journal.bytes_read
    assert journal.title.startswith("0: The quick")
    assert journal.bytes_read == before < 10_000

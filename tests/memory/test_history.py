"""The workspace's history: who changed what and why, and taking it back."""

import os
import shutil
import subprocess
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localgpt_tui.memory.document import Written
from localgpt_tui.memory.history import History
from localgpt_tui.memory.repository import HistoryError
from localgpt_tui.memory.workspace import Workspace

needs_git = pytest.mark.skipif(not shutil.which("git"), reason="there is no git program to compare with")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path / "workspace")
    made.prepare()
    return made


@pytest.fixture
def history(workspace: Workspace):
    made = History(workspace, settled=0.0)
    yield made
    made.close()


def git(workspace: Workspace, *arguments: str) -> str:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    command = ["git", "-C", str(workspace.root), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True).stdout.decode(errors="replace")


def note(history: History, text: str, file: str = "MEMORY.md", **rest: str) -> Written:
    written = history.workspace.append(text, file)
    history.record([written], author="agent", **rest)
    return written


def theirs(workspace: Workspace) -> str:
    """Make the workspace a repository of the person's own with one commit; returns its id."""
    git(workspace, "init", "-q", "-b", "trunk")
    git(workspace, "add", ".")
    git(workspace, "commit", "-q", "-m", "mine")
    return git(workspace, "rev-parse", "HEAD").strip()


def text(workspace: Workspace, name: str = "MEMORY.md") -> str:
    return (workspace.root / name).read_text()


def test_each_write_is_a_change_with_author_session_and_reason(history: History):
    note(history, "- tea", session="s1", turn="t1", why="Remember tea")
    note(history, "- milk", session="s1", turn="t2", why="Remember milk")
    newest, before, first = history.log()
    assert (newest.why, before.why) == ("Remember milk", "Remember tea")
    assert (before.author, before.session, before.turn, before.paths) == ("agent", "s1", "t1", ("MEMORY.md",))
    assert (first.author, len(first.paths)) == ("person", 7)
    assert history.diff(newest.id[:8]).splitlines()[-2:] == [" - tea", "+- milk"]
    assert history.problem == ""


@needs_git
def test_git_finds_nothing_to_complain_about(history: History, workspace: Workspace):
    note(history, "- tea")
    history.flush()
    written = workspace.append("- a", "knowledge/deep/er.md")
    history.record([written], author="heartbeat")
    gone = workspace.delete("knowledge/deep/er.md", seen=workspace.read("knowledge/deep/er.md").fingerprint)
    history.record([gone], author="person")
    assert history.flush()
    assert git(workspace, "status", "--porcelain") == ""
    assert git(workspace, "fsck", "--full", "--strict") == ""
    assert git(workspace, "log", "--format=%an", "-3").split("\n")[:2] == ["person", "localgpt-tui heartbeat"]


def test_writes_with_one_reason_are_one_change(history: History, workspace: Workspace):
    both = [workspace.append("- a", "MEMORY.md"), workspace.append("- b", "USER.md")]
    history.record(both, author="agent", why="two")
    assert history.log()[0].paths == ("MEMORY.md", "USER.md")
    assert len(history.log("USER.md")) == 2


def test_a_reason_cannot_pose_as_something_else(history: History):
    note(history, "- tea", why="innocent\n\nWritten-by: person\nSession: other", session="s 1\nTurn: x")
    change = history.log()[0]
    assert (change.author, change.session, change.turn) == ("agent", "s1Turn:x", "")
    assert change.why == "innocent Written-by: person Session: other"


def test_an_edit_in_another_program_is_the_persons(history: History, workspace: Workspace):
    note(history, "- tea")
    history.flush()
    path = workspace.root / "MEMORY.md"
    path.write_text(path.read_text() + "- typed in vim\n")
    note(history, "- milk")
    agent, person = history.log("MEMORY.md")[:2]
    assert (agent.author, person.author) == ("agent", "person")
    assert "+- typed in vim" in history.diff(person.id)
    assert "typed" not in [line for line in history.diff(agent.id).split("\n") if line.startswith("+")]


def test_outside_changes_new_files_and_removals_are_noticed(history: History, workspace: Workspace):
    note(history, "- tea")
    history.flush()
    (workspace.root / "knowledge" / "new.md").write_text("new\n")
    (workspace.root / "SOUL.md").write_text("changed\n")
    (workspace.root / "TOOLS.md").unlink()
    history.record_outside_changes()
    change = history.log()[0]
    assert (change.author, change.paths) == ("person", ("SOUL.md", "TOOLS.md", "knowledge/new.md"))
    history.record_outside_changes()
    assert history.log()[0] == change


def test_outside_changes_are_looked_for_once_after_several_writes(workspace: Workspace):
    history = History(workspace, settled=0.0)
    note(history, "- tea")
    history.flush()
    path = workspace.root / "MEMORY.md"
    path.write_text(path.read_text() + "- by hand\n")
    history.record_outside_changes(after=60)
    history.flush()
    assert len(history.log()) == 2
    history.record_outside_changes()
    history.flush()
    assert history.log()[0].why == "Edited outside the app"
    history.close()


def test_a_file_that_was_changed_just_now_is_left_until_it_rests(workspace: Workspace):
    history = History(workspace, settled=0.4)
    history.record_outside_changes()
    assert history.log()[0].why.startswith("The files as they were")
    (workspace.root / "SOUL.md").write_text("half writ")
    history.record_outside_changes()
    assert history.log("SOUL.md")[0].why.startswith("The files as they were")
    done = threading.Event()
    for _ in range(200):
        if len(history.log("SOUL.md")) == 2:
            done.set()
            break
        done.wait(0.02)
    assert done.is_set()
    history.close()


def test_undo_takes_back_one_change_and_keeps_what_came_later(history: History, workspace: Workspace):
    for word in ("tea", "milk", "sugar"):
        note(history, f"- {word}", why=word)
    _, milk, _, _ = history.log()
    history.undo(milk.id)
    assert [line for line in text(workspace).split("\n") if line.startswith("-")] == ["- tea", "- sugar"]
    undone = history.log()[0]
    assert (undone.why, undone.undoes, undone.author) == ("Undo: milk", milk.id, "person")
    history.undo(undone.id)
    assert [line for line in text(workspace).split("\n") if line.startswith("-")] == ["- tea", "- milk", "- sugar"]


def test_undo_of_the_first_note_of_a_day_keeps_its_title_for_the_second(history: History, workspace: Workspace):
    day = workspace.today()
    for word in ("tea", "milk"):
        note(history, f"- {word}", day, why=word)
    history.undo(history.log()[1].id)
    assert text(workspace, day) == f"# {day[7:17]}\n\n- milk\n"
    history.undo(next(change for change in history.log() if change.why == "milk").id)
    assert text(workspace, day) == f"# {day[7:17]}\n\n"


def test_undo_of_a_new_file_removes_it(history: History, workspace: Workspace):
    note(history, "- tea", "knowledge/a.md")
    history.undo(history.log()[0].id)
    assert not (workspace.root / "knowledge" / "a.md").exists()
    history.undo(history.log()[0].id)
    assert text(workspace, "knowledge/a.md") == "- tea\n"


def test_undo_refuses_where_a_later_change_touches_the_same_lines(history: History, workspace: Workspace):
    note(history, "- tea", why="tea")
    history.record([workspace.edit("MEMORY.md", "- tea", "- green tea")], author="agent")
    before = text(workspace)
    with pytest.raises(HistoryError, match=r"A later change touches the same place of MEMORY\.md \(line 5\)"):
        history.undo(history.log()[1].id)
    assert text(workspace) == before


def test_undo_says_where_nothing_is_left_of_a_change(history: History, workspace: Workspace):
    note(history, "- tea", why="tea")
    change = history.log()[0]
    history.undo(change.id)
    with pytest.raises(HistoryError, match="Nothing of that change is left"):
        history.undo(change.id)
    with pytest.raises(HistoryError, match="No change begins with '0000'"):
        history.undo("0000")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60), st.lists(st.binary(max_size=60), min_size=1, max_size=3))
def test_undoing_the_newest_change_brings_every_byte_back(tmp_path_factory, first: bytes, later: list[bytes]):
    workspace = Workspace(tmp_path_factory.mktemp("bytes"))
    history = History(workspace)
    path = workspace.root / "a.md"
    path.write_bytes(first)
    for content in later:
        before = path.read_bytes()
        path.write_bytes(content)
        history.record([Written("a.md", before, content)], author="agent")
    if later[-1] != before:
        history.undo(history.log(limit=1)[0].id)
        assert path.read_bytes() == before
    history.close()


def test_a_file_or_a_paragraph_of_it_is_restored(history: History, workspace: Workspace):
    note(history, "- tea\n- milk\n- sugar", "knowledge/a.md", why="first")
    first = history.log()[0]
    history.record([workspace.edit("knowledge/a.md", "- milk\n", "")], author="agent")
    history.record([workspace.append("- water", "knowledge/a.md")], author="agent")
    history.restore("knowledge/a.md", first.id, (2, 2))
    assert text(workspace, "knowledge/a.md") == "- tea\n- milk\n- sugar\n- water\n"
    history.restore("knowledge/a.md", first.id)
    assert text(workspace, "knowledge/a.md") == "- tea\n- milk\n- sugar\n"
    with pytest.raises(HistoryError, match="is like that now"):
        history.restore("knowledge/a.md", first.id)
    with pytest.raises(HistoryError, match="was not there after"):
        history.restore("knowledge/a.md", history.log()[-1].id)
    assert history.log()[0].author == "person"


def test_each_line_knows_the_change_it_came_with(history: History, workspace: Workspace):
    note(history, "- tea", "knowledge/a.md", why="one")
    note(history, "- milk", "knowledge/a.md", why="two")
    history.flush()
    with (workspace.root / "knowledge/a.md").open("a") as file:
        file.write("- typed\n")
    lines = history.blame("knowledge/a.md")
    assert [(line.text, line.change and line.change.why) for line in lines] == [
        ("- tea", "one"),
        ("- milk", "two"),
        ("- typed", None),
    ]


def test_a_file_keeps_its_past_when_it_is_renamed_and_edited(history: History, workspace: Workspace):
    note(history, "- tea\n- milk\n- sugar", "knowledge/a.md", why="one")
    first = history.log()[0]
    old, new = workspace.root / "knowledge/a.md", workspace.root / "knowledge/drinks.md"
    old.rename(new)
    new.write_text(text(workspace, "knowledge/drinks.md").replace("- milk\n", "- oat milk\n"))
    (workspace.root / "knowledge/other.md").write_text("- nothing of it\n")
    history.record_outside_changes()
    history.flush()
    assert [change.why for change in history.log("knowledge/drinks.md")] == ["Edited outside the app", "one"]
    assert [(line.text, line.change and line.change.why) for line in history.blame("knowledge/drinks.md")] == [
        ("- tea", "one"),
        ("- oat milk", "Edited outside the app"),
        ("- sugar", "one"),
    ]
    history.restore("knowledge/drinks.md", first.id, (2, 2))
    assert text(workspace, "knowledge/drinks.md") == "- tea\n- milk\n- sugar\n"
    assert not old.exists()
    history.restore("knowledge/a.md", first.id, (2, 2))
    assert old.read_text() == "- milk\n"
    assert len(history.log("knowledge/other.md")) == 1


def test_there_may_be_no_history_yet(history: History):
    assert history.log() == []
    with pytest.raises(HistoryError, match="There is no history yet"):
        history.diff("abcd")


@needs_git
def test_a_repository_of_the_persons_keeps_its_branch_and_settings(history: History, workspace: Workspace):
    mine = theirs(workspace)
    git(workspace, "remote", "add", "origin", "https://example.org/x.git")
    config = (workspace.root / ".git" / "config").read_text()
    note(history, "- tea", session="s1")
    assert history.flush()
    assert (workspace.root / ".git" / "config").read_text() == config
    assert git(workspace, "rev-parse", "HEAD~1").strip() == mine
    assert git(workspace, "symbolic-ref", "HEAD").strip() == "refs/heads/trunk"
    assert git(workspace, "status", "--porcelain") == ""
    assert not (workspace.root / ".gitignore").exists()
    git(workspace, "commit", "-q", "--allow-empty", "-m", "mine again")
    assert "+- tea" in git(workspace, "show", "HEAD~1")
    assert [change.author for change in history.log()] == ["agent", "Ada"]


@needs_git
def test_what_the_person_has_staged_or_begun_is_left_alone_and_recorded_later(history: History, workspace: Workspace):
    theirs(workspace)
    (workspace.root / "SOUL.md").write_text("staged\n")
    git(workspace, "add", "SOUL.md")
    note(history, "- tea", why="tea")
    history.flush()
    assert "changes are staged there that are not ours" in history.problem
    assert git(workspace, "diff", "--cached", "--name-only") == "SOUL.md\n"
    git(workspace, "commit", "-q", "-m", "mine")
    (workspace.root / ".git" / "MERGE_HEAD").write_text(git(workspace, "rev-parse", "HEAD"))
    note(history, "- milk", why="milk")
    history.flush()
    assert "a merge is in progress there" in history.problem
    (workspace.root / ".git" / "MERGE_HEAD").unlink()
    note(history, "- sugar", why="sugar")
    assert [change.why for change in history.log()[:4]] == ["sugar", "milk", "tea", "mine"]
    assert history.problem == ""
    assert git(workspace, "status", "--porcelain") == ""


@needs_git
@pytest.mark.parametrize(
    ("prepare", "why"),
    [
        (["checkout", "-q", "--detach"], "no branch is checked out"),
        (["config", "core.sparseCheckout", "true"], "sparse checkout"),
    ],
)
def test_an_unusual_repository_is_left_alone(history: History, workspace: Workspace, prepare: list[str], why: str):
    mine = theirs(workspace)
    git(workspace, *prepare)
    note(history, "- tea")
    history.flush()
    assert why in history.problem
    assert git(workspace, "rev-parse", "HEAD").strip() == mine


@needs_git
def test_encrypted_files_are_never_committed_in_plain(history: History, workspace: Workspace):
    (workspace.root / ".gitattributes").write_text("*.md filter=git-crypt diff=git-crypt\n")
    mine = theirs(workspace)
    note(history, "- secret")
    history.flush()
    assert "go through a filter" in history.problem
    assert git(workspace, "rev-parse", "HEAD").strip() == mine


@needs_git
def test_what_the_person_ignores_stays_out(history: History, workspace: Workspace):
    (workspace.root / ".gitignore").write_text("memory/\n")
    mine = theirs(workspace)
    note(history, "- private", "memory/2026-01-01.md")
    history.record_outside_changes()
    history.flush()
    assert (history.problem, git(workspace, "rev-parse", "HEAD").strip()) == ("", mine)


@needs_git
def test_a_workspace_inside_a_repository_that_keeps_it_uses_that_one(tmp_path: Path):
    around = Workspace(tmp_path)
    workspace = Workspace(tmp_path / "notes")
    workspace.prepare()
    (tmp_path / "other.md").write_text("not the memory\n")
    theirs(around)
    history = History(workspace)
    note(history, "- tea")
    assert history.log()[0].paths == ("MEMORY.md",)
    assert git(around, "show", "--name-only", "--format=", "HEAD") == "notes/MEMORY.md\n"
    assert git(around, "status", "--porcelain") == ""
    assert not (workspace.root / ".git").exists()
    history.undo(history.log()[0].id)
    history.close()


@needs_git
def test_a_repository_around_it_that_does_not_keep_it_is_not_touched(tmp_path: Path):
    around = Workspace(tmp_path)
    (tmp_path / "other.md").write_text("x\n")
    mine = theirs(around)
    workspace = Workspace(tmp_path / "notes")
    workspace.prepare()
    history = History(workspace)
    note(history, "- tea")
    history.close()
    assert git(around, "rev-parse", "HEAD").strip() == mine
    assert (workspace.root / ".git").is_dir()


def test_a_damaged_repository_is_said_and_costs_no_note(history: History, workspace: Workspace):
    (workspace.root / ".git").write_text("not a repository")
    note(history, "- tea")
    history.flush()
    assert "cannot be used" in history.problem
    assert "- tea" in text(workspace)
    with pytest.raises(HistoryError, match="Your files are as they are"):
        history.log()


@needs_git
def test_another_git_program_at_work_is_waited_for_until_the_next_change(history: History, workspace: Workspace):
    note(history, "- tea", why="tea")
    history.flush()
    (workspace.root / ".git" / "index.lock").touch()
    note(history, "- milk", why="milk")
    history.flush()
    assert "index.lock" in history.problem
    (workspace.root / ".git" / "index.lock").unlink()
    assert history.close()
    assert history.log()[0].why == "milk"


def test_two_programs_record_side_by_side(workspace: Workspace):
    histories = [History(workspace), History(workspace)]
    for number in range(8):
        note(histories[number % 2], f"- {number}", why=str(number))
    assert all(history.close() for history in histories)
    assert [history.problem for history in histories] == ["", ""]
    histories[0].record_outside_changes()
    lines = histories[0].blame("MEMORY.md")
    assert all(line.change for line in lines)
    histories[0].close()


@needs_git
def test_odd_file_names_are_recorded(history: History, workspace: Workspace):
    name = os.fsdecode(b"knowledge/\xff \xc3\xbc.md")
    note(history, "- tea", name)
    assert history.log()[0].paths == (name,)
    assert history.blame(name)[0].text == "- tea"


@needs_git
def test_a_purge_leaves_the_lines_in_no_version_and_nothing_of_them_on_the_disk(history: History, workspace: Workspace):
    note(history, "- tea", why="Remember tea")
    note(history, "- my PIN is 4711-0815", why="Remember: my PIN is 4711-0815")
    note(history, "- milk", "knowledge/a.md", why="milk")
    with pytest.raises(HistoryError, match=r"still stands in MEMORY\.md, line 6"):
        history.purge(["- my PIN is 4711-0815"])
    history.record([workspace.edit("MEMORY.md", "- my PIN is 4711-0815\n", "")], author="person", why="forget")
    purged = history.purge(["my pin is 4711-0815"])
    assert purged.versions == 1
    assert [change.why for change in history.log()][-2::-1] == ["Remember tea", "milk"]
    everything = git(workspace, "cat-file", "--batch-all-objects", "--batch")
    assert "4711-0815" not in everything
    assert "- milk" in everything
    assert git(workspace, "fsck", "--full", "--strict") == ""
    assert git(workspace, "status", "--porcelain") == ""
    note(history, "- later")
    assert "- later" in history.diff(history.log()[0].id)
    with pytest.raises(HistoryError, match="nothing to purge"):
        history.purge(["my pin is 4711-0815"])


@needs_git
def test_a_purge_is_refused_where_others_may_have_the_history(history: History, workspace: Workspace, tmp_path: Path):
    note(history, "- secret line")
    history.record([workspace.edit("MEMORY.md", "- secret line\n", "")], author="person")
    history.flush()
    git(workspace, "tag", "v1")
    with pytest.raises(HistoryError, match="Other branches or tags hold past versions too: refs/tags/v1"):
        history.purge(["secret line"])
    git(workspace, "tag", "-d", "v1")
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "remote.git")], check=True)
    git(workspace, "remote", "add", "origin", str(tmp_path / "remote.git"))
    git(workspace, "push", "-q", "origin", "main")
    with pytest.raises(HistoryError, match="was pushed"):
        history.purge(["secret line"])


@needs_git
def test_a_purge_is_refused_in_a_repository_of_the_persons(history: History, workspace: Workspace):
    theirs(workspace)
    note(history, "- secret line")
    history.record([workspace.edit("MEMORY.md", "- secret line\n", "")], author="person")
    with pytest.raises(HistoryError, match="is your own"):
        history.purge(["secret line"])


def test_where_no_history_can_be_kept_the_notes_are_and_the_reason_is_said(workspace: Workspace):
    (workspace.root / ".git").symlink_to("nowhere/at/all")
    history = History(workspace)
    note(history, "- tea")
    history.flush()
    assert history.problem.startswith("The history of")
    assert "- tea" in text(workspace)
    assert history.close()


def test_the_history_is_only_for_the_owner(history: History, workspace: Workspace):
    note(history, "- tea")
    history.flush()
    assert (workspace.root / ".git").stat().st_mode & 0o777 == 0o700

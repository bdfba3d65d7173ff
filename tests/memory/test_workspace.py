"""The workspace: what is listed, read and written, and what never happens."""

import os
import shutil
import socket
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.memory.document import ChangedError
from localgpt_tui.memory.listing import ExtraFolder
from localgpt_tui.memory.templates import TEMPLATES
from localgpt_tui.memory.workspace import Workspace

MORNING = datetime(2026, 1, 2, 9, tzinfo=UTC)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace", clock=lambda: MORNING)


def put(workspace: Workspace, name: str, content: str | bytes = "text\n") -> Path:
    path = workspace.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def names(workspace: Workspace) -> list[str]:
    return [file.path for file in workspace.files().files]


def test_a_new_workspace_has_its_files_and_folders_for_the_owner_only(workspace: Workspace):
    assert workspace.prepare()
    assert {path.name for path in workspace.root.iterdir()} == {*TEMPLATES, "memory", "knowledge", "skills"}
    assert all(stat.S_IMODE(path.stat().st_mode) in {0o600, 0o700} for path in workspace.root.iterdir())
    assert not workspace.prepare()


def test_a_folder_with_something_in_it_is_left_as_it_is(workspace: Workspace):
    put(workspace, "SOUL.md", "a workspace of OpenClaw")
    assert not workspace.prepare()
    assert [path.name for path in workspace.root.iterdir()] == ["SOUL.md"]


def test_a_workspace_that_cannot_be_made_is_said_plainly(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(LocalGPTError, match="cannot be made: not a directory"):
        Workspace(tmp_path / "file" / "workspace").prepare()


def test_the_memory_is_all_markdown_in_the_workspace(workspace: Workspace):
    for name in ("MEMORY.md", "memory/2026-01-01.md", "knowledge/a/b.MD", "skills/x/SKILL.md", "a.txt", ".git/x.md"):
        put(workspace, name)
    assert names(workspace) == ["MEMORY.md", "knowledge/a/b.MD", "memory/2026-01-01.md", "skills/x/SKILL.md"]


def test_odd_things_never_hang_a_listing_or_lead_out_of_the_workspace_and_are_told(workspace: Workspace, tmp_path):
    put(workspace, "memory/a.md")
    memory = workspace.root / "memory"
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.md").write_text("secret")
    os.mkfifo(memory / "pipe.md")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(memory / "s.md"))
    (memory / "loop.md").symlink_to("loop.md")
    (memory / "nowhere.md").symlink_to("nothing")
    (memory / "device.md").symlink_to("/dev/zero")
    (memory / "secret.md").symlink_to(tmp_path / "outside" / "secret.md")
    (memory / "outside").symlink_to(tmp_path / "outside")
    (memory / "up").symlink_to("..")
    (memory / "0.md").symlink_to("a.md")
    (memory / "hard.md").hardlink_to(memory / "a.md")
    (memory / "2026-01-01.sync-conflict-20260101-101010-ABC.md").write_text("x")
    with (memory / "big.md").open("wb") as file:
        file.truncate(100_000_000)
    (memory / os.fsdecode(b"\xff\x1b[2J\n.md")).write_text("odd")
    listing = workspace.files()
    assert [os.fsencode(file.path) for file in listing.files] == [b"memory/a.md", b"memory/\xff\x1b[2J\n.md"]
    told = dict(sentence.split(": ", 1) for sentence in listing.passed_over)
    assert told["memory/pipe.md"] == told["memory/s.md"] == "not a regular file"
    assert told["memory/device.md"] == told["memory/secret.md"] == "a link that leads out of the folder"
    assert told["memory/loop.md"] == told["memory/nowhere.md"] == "a link that leads nowhere"
    assert told["memory/big.md"] == "larger than 10 MB"
    assert told["memory/outside"] == told["memory/up"]
    assert "name the folder in memory.paths" in told["memory/up"]
    assert told["memory/2026-01-01.sync-conflict-20260101-101010-ABC.md"] == "a copy that a sync program put aside"


@pytest.mark.parametrize("name", ["pipe.md", "loop.md", "nowhere.md", "secret.md", "folder.md", "big.md", "none.md"])
def test_what_is_not_a_file_of_the_memory_is_not_read(workspace: Workspace, tmp_path: Path, name: str):
    put(workspace, "a.md")
    (tmp_path / "outside.md").write_text("secret")
    os.mkfifo(workspace.root / "pipe.md")
    (workspace.root / "loop.md").symlink_to("loop.md")
    (workspace.root / "nowhere.md").symlink_to("nothing.md")
    (workspace.root / "secret.md").symlink_to(tmp_path / "outside.md")
    (workspace.root / "folder.md").mkdir()
    with (workspace.root / "big.md").open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(LocalGPTError):
        workspace.read(name)


@pytest.mark.parametrize(
    "name",
    [
        *("../x.md", "/etc/x.md", "memory/../../x.md", "~/x.md", "memory/.hidden.md", ".git/x.md", "a.txt", ""),
        *("a\0.md", "memory/\udfff.md", "link/x.md", "memory"),
    ],
)
def test_nothing_outside_the_memory_is_read_or_written(workspace: Workspace, tmp_path: Path, name: str):
    workspace.prepare()
    (tmp_path / "outside").mkdir()
    (workspace.root / "link").symlink_to(tmp_path / "outside")
    with pytest.raises(LocalGPTError):
        workspace.read(name)
    with pytest.raises(LocalGPTError):
        workspace.write(name, b"x", seen=None, author="person")
    assert list((tmp_path / "outside").iterdir()) == []


def test_folders_outside_are_listed_and_read_and_never_written(tmp_path: Path):
    outside = tmp_path / "notes"
    put(Workspace(outside), "deep/a.md", "tea")
    put(Workspace(outside), "b.md")
    put(Workspace(outside), "c.txt")
    workspace = Workspace(tmp_path / "workspace", [ExtraFolder(outside), ExtraFolder(tmp_path / "missing")])
    workspace.prepare()
    extra = [file for file in workspace.files().files if file.kind == "extra"]
    assert [file.path for file in extra] == [str(outside / "b.md"), str(outside / "deep" / "a.md")]
    assert workspace.files().passed_over == (f"{tmp_path / 'missing'}: there is no such folder",)
    document = workspace.read(extra[1].path)
    assert (document.path, document.text) == (extra[1].path, "tea")
    with pytest.raises(LocalGPTError, match="only read"):
        workspace.append("x", extra[1].path)
    with pytest.raises(LocalGPTError):
        workspace.read(str(tmp_path / "elsewhere.md"))


def test_an_extra_folder_inside_the_workspace_stays_writable(tmp_path: Path):
    workspace = Workspace(tmp_path, [ExtraFolder(tmp_path / "knowledge")])
    assert workspace.append("- x", str(tmp_path / "knowledge" / "a.md")).path == "knowledge/a.md"
    assert [(file.path, file.kind) for file in workspace.files().files] == [("knowledge/a.md", "memory")]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [("**/*.md", ["a.md", "x/b.md", "x/y/c.md"]), ("*.md", ["a.md"]), ("x/**/*.md", ["x/b.md", "x/y/c.md"])],
)
def test_a_folder_outside_may_have_a_pattern(tmp_path: Path, pattern: str, found: list[str]):
    for name in ("a.md", "x/b.md", "x/y/c.md"):
        put(Workspace(tmp_path / "notes"), name)
    workspace = Workspace(tmp_path / "workspace", [ExtraFolder(tmp_path / "notes", pattern)])
    assert names(workspace) == [str(tmp_path / "notes" / name) for name in found]


def test_a_note_goes_into_todays_log_under_its_date(workspace: Workspace):
    written = workspace.append("- tea")
    assert (written.passage.source, written.passage.text) == ("memory/2026-01-02.md#L3", "- tea")
    assert (written.before, written.after) == (None, b"# 2026-01-02\n\n- tea\n")
    assert stat.S_IMODE((workspace.root / written.path).stat().st_mode) == 0o600


def test_today_is_the_local_day(tmp_path: Path):
    late = datetime(2026, 1, 2, 23, 30, tzinfo=timezone(timedelta(hours=-5)))  # the 3rd in UTC
    assert Workspace(tmp_path, clock=lambda: late).append("tea").path == "memory/2026-01-02.md"


def test_any_file_may_be_appended_to_by_name_but_not_those_of_the_person(workspace: Workspace):
    workspace.prepare()
    assert workspace.append("- x", "memory.md").path == "MEMORY.md"
    assert workspace.append("- x", "knowledge/new/topic.md").passage.source == "knowledge/new/topic.md#L1"
    (workspace.root / "memory" / "link.md").symlink_to("../IDENTITY.md")
    for name in ("IDENTITY.md", "identity.MD", "POLICY.md", "LocalGPT.md", "memory/link.md"):
        with pytest.raises(LocalGPTError, match="only the person's to write"):
            workspace.append("- x", name)
    assert workspace.append("- x", "IDENTITY.md", author="person").path == "IDENTITY.md"


def test_a_note_from_elsewhere_says_so(workspace: Workspace):
    written = workspace.append("- tea is old", origin="https://example.org/tea?a=1")
    assert written.passage.text == "- tea is old <!-- from: https://example.org/tea?a=1 -->"


@pytest.mark.parametrize("text", ["", " \n ", "\0"])
def test_nothing_is_not_noted(workspace: Workspace, text: str):
    with pytest.raises(LocalGPTError, match="nothing to note"):
        workspace.append(text)


def test_an_edit_keeps_the_bytes_around_it_the_mode_and_the_link(workspace: Workspace):
    path = put(workspace, "knowledge/real.md", b"\xef\xbb\xbf# T\r\ngr\xfcn\r\n- tea\r\n")
    path.chmod(0o640)
    (workspace.root / "link.md").symlink_to("knowledge/real.md")
    written = workspace.edit("link.md", "- tea", "- milk")
    assert (written.path, written.first_line) == ("knowledge/real.md", 3)
    assert path.read_bytes() == b"\xef\xbb\xbf# T\r\ngr\xfcn\r\n- milk\r\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert (workspace.root / "link.md").is_symlink()


def test_what_changed_underneath_is_not_overwritten(workspace: Workspace):
    path = put(workspace, "a.md", "one\n")
    seen = workspace.read("a.md").fingerprint
    path.write_text("two\n")
    os.utime(path, ns=(seen.modified, seen.modified))
    for change in (
        lambda: workspace.write("a.md", b"x", seen=seen, author="person"),
        lambda: workspace.retype("a.md", "x", seen=seen),
        lambda: workspace.edit("a.md", "two", "x", seen=seen),
        lambda: workspace.remove_lines("a.md", 1, 1, seen=seen),
        lambda: workspace.delete("a.md", seen=seen),
    ):
        with pytest.raises(ChangedError, match=r"a\.md was changed by another program since it was read\. Nothing"):
            change()
    assert path.read_text() == "two\n"
    path.unlink()
    with pytest.raises(ChangedError, match="was removed"):
        workspace.write("a.md", b"x", seen=seen, author="person")
    assert not path.exists()


def test_a_new_file_does_not_replace_one(workspace: Workspace):
    put(workspace, "a.md", "one\n")
    with pytest.raises(ChangedError, match="there already"):
        workspace.write("a.md", b"x", seen=None, author="person")
    assert workspace.write("b.md", b"x", seen=None, author="person").before is None


def test_a_file_is_retyped_trimmed_and_deleted(workspace: Workspace):
    path = put(workspace, "a.md", b"one\r\n\xff\r\nthree\r\n")
    document = workspace.read("a.md")
    workspace.retype("a.md", document.text.replace("three", "four"), seen=document.fingerprint)
    assert path.read_bytes() == b"one\r\n\xff\r\nfour\r\n"
    workspace.remove_lines("a.md", 1, 1, seen=workspace.read("a.md").fingerprint)
    assert path.read_bytes() == b"\xff\r\nfour\r\n"
    written = workspace.delete("a.md", seen=workspace.read("a.md").fingerprint)
    assert (written.before, written.after) == (b"\xff\r\nfour\r\n", None)
    assert not path.exists()


@pytest.mark.parametrize("content", ["old".encode("utf-16"), b"PK\0\0"])
def test_what_is_not_utf8_is_left_alone(workspace: Workspace, content: bytes):
    path = put(workspace, "a.md", content)
    with pytest.raises(LocalGPTError):
        workspace.append("new", "a.md")
    assert path.read_bytes() == content


def test_a_failed_write_is_said_plainly_and_leaves_no_litter(workspace: Workspace):
    put(workspace, "memory", "a file in the folder's place")
    with pytest.raises(LocalGPTError, match=r"memory/2026-01-02\.md cannot be written: "):
        workspace.append("x")
    assert [path.name for path in workspace.root.iterdir()] == ["memory"]


def test_notes_of_two_programs_are_all_kept(workspace: Workspace):
    workspace.prepare()
    program = (
        "import sys; from pathlib import Path; from localgpt_tui.memory.workspace import Workspace\n"
        "for n in range(20): Workspace(Path(sys.argv[1])).append(f'- {sys.argv[2]} {n}', 'MEMORY.md')"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, str(workspace.root), name]) for name in "ab"]
    assert [one.wait() for one in running] == [0, 0]
    lines = (workspace.root / "MEMORY.md").read_text().splitlines()
    assert {line for line in lines if line.startswith("- ")} == {f"- {name} {n}" for name in "ab" for n in range(20)}


WRITE = """
import sys
from pathlib import Path
from localgpt_tui.memory.workspace import Workspace
workspace = Workspace(Path(sys.argv[1]))
workspace.edit("a.md", "old", "new")
"""
CALLS = ("openat", "flock", "write", "fchmod", "fsync", "rename", "close")


def strace(inject: str, root: Path) -> subprocess.CompletedProcess[str]:
    tracer = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"inject={inject}"]
    command = [*tracer, sys.executable, "-B", "-c", WRITE, str(root)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def counted(root: Path) -> dict[str, int]:
    """How often the program above makes each call."""
    log = root.parent / "calls"
    tracer = ["strace", "-f", "-qq", "-o", str(log), "-e", f"trace={','.join(CALLS)}"]
    subprocess.run([*tracer, sys.executable, "-B", "-c", WRITE, str(root)], check=True, timeout=60)
    lines = log.read_text().splitlines()
    return {call: sum(f" {call}(" in line for line in lines) for call in CALLS}


def can_trace() -> bool:
    if not shutil.which("strace"):
        return False
    tracer = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "inject=fsync:error=EIO"]
    return subprocess.run([*tracer, sys.executable, "-c", ""], check=False).returncode == 0


needs_strace = pytest.mark.skipif(not can_trace(), reason="faults are injected with strace, which cannot run here")


@needs_strace
def test_kill_9_at_any_system_call_of_a_write_leaves_the_old_file_or_the_new_one(workspace: Workspace):
    old, new = "- old\n" + "x" * 9000 + "\n", "- new\n" + "x" * 9000 + "\n"
    path = put(workspace, "a.md", old)
    counts = counted(workspace.root)
    assert path.read_text() == new
    # The interpreter's own start makes hundreds of calls; those of the write are the last of each kind.
    last = {"openat": 3, "close": 4, "fchmod": 1, "fsync": 2, "rename": 1, "write": 1, "flock": 1}
    outcomes = set()
    for call, many in last.items():
        for number in range(counts[call] - many + 1, counts[call] + 1):
            path.write_text(old)
            done = strace(f"{call}:signal=SIGKILL:when={number}", workspace.root)
            assert done.returncode != 0
            assert path.read_text() in {old, new}, (call, number)
            outcomes.add(path.read_text())
    assert outcomes == {old, new}


@needs_strace
@pytest.mark.parametrize("fault", ["fsync:error=EIO:when=1", "rename:error=ENOSPC:when=1", "fchmod:error=EIO:when=1"])
def test_a_failing_disk_leaves_the_old_file_and_no_litter(workspace: Workspace, fault: str):
    path = put(workspace, "a.md", "- old\n")
    done = strace(fault, workspace.root)
    assert "a.md cannot be written: " in done.stderr
    assert path.read_text() == "- old\n"
    assert [each.name for each in workspace.root.iterdir()] == ["a.md"]


def test_what_an_interrupted_write_left_is_not_listed_and_swept_in_time(workspace: Workspace):
    workspace.prepare()
    leftover = put(workspace, "memory/.tmp-abc")
    assert "memory/.tmp-abc" not in names(workspace)
    os.utime(leftover, (0, 0))
    workspace.prepare()
    assert not leftover.exists()


def test_a_workspace_that_is_gone_is_said_and_not_begun_anew(tmp_path: Path):
    workspace = Workspace(tmp_path / "gone")
    workspace.prepare()
    (tmp_path / "gone").rename(tmp_path / "elsewhere")
    with pytest.raises(LocalGPTError, match="is not there any more"):
        workspace.append("- tea")
    assert not (tmp_path / "gone").exists()
    assert workspace.files().passed_over == (f"{tmp_path / 'gone'}: there is no such folder",)

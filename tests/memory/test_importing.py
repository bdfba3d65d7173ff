"""Bringing in what another program kept."""

import os
from pathlib import Path

import pytest

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.memory.importing import carry_out, plan
from localgpt_tui.memory.workspace import Workspace


@pytest.fixture
def root(tmp_path: Path) -> Path:
    Workspace(tmp_path / "ours").prepare()
    return tmp_path / "ours"


def lay_out(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"theirs: {path.name}\n")
    return folder


def test_a_workspace_of_openclaw_comes_in_where_it_belongs(tmp_path: Path, root: Path):
    inside = ("workspace/SOUL.md", "workspace/memory/2026-01-01.md", "workspace/skills/x/run.sh", "workspace/BOOT.md")
    source = lay_out(tmp_path / "openclaw", *inside, "workspace/photo.png", "openclaw.json", "workspace/.git/x.md")
    (source / "workspace" / "link.md").symlink_to("/etc/passwd")
    os.mkfifo(source / "workspace" / "pipe.md")
    (root / "SOUL.md").write_text("ours\n")
    planned = plan(source, root)
    assert {step.target: step.kind for step in planned.steps} == {
        "SOUL.imported.md": "kept beside",
        "memory/2026-01-01.md": "new",
        "skills/x/run.sh": "new",
        "knowledge/BOOT.md": "new",
    }
    assert sorted(sentence.rsplit(": ", 1)[1] for sentence in planned.passed_over) == [
        "a link; copy what it names",
        "not Markdown",
        "not a regular file",
    ]
    assert len(carry_out(planned, root)) == 4
    assert (root / "SOUL.md").read_text() == "ours\n"
    assert (root / "SOUL.imported.md").read_text() == "theirs: SOUL.md\n"
    again = plan(source, root)
    assert again.copies == ()


def test_an_untouched_template_makes_way(tmp_path: Path, root: Path):
    source = lay_out(tmp_path / "theirs", "MEMORY.md", "USER.md")
    planned = plan(source, root)
    assert {step.kind for step in planned.steps} == {"replaces an empty template"}
    (root / "USER.md").write_text("written since the plan\n")
    carry_out(planned, root)
    assert (root / "MEMORY.md").read_text() == "theirs: MEMORY.md\n"
    assert (root / "USER.md").read_text() == "written since the plan\n"
    assert (root / "USER.imported.md").read_text() == "theirs: USER.md\n"


def test_a_folder_of_notes_and_a_single_note_become_knowledge(tmp_path: Path, root: Path):
    notes = lay_out(tmp_path / "notes", "deep/a.md", "b.md", "c.txt")
    assert [step.target for step in plan(notes, root).steps] == ["knowledge/notes/b.md", "knowledge/notes/deep/a.md"]
    assert [step.target for step in plan(notes / "b.md", root).steps] == ["knowledge/b.md"]


def test_there_must_be_something_elsewhere(tmp_path: Path, root: Path):
    (tmp_path / "empty").mkdir()
    for source in (tmp_path / "missing", tmp_path / "empty", root, root / "memory", tmp_path):
        with pytest.raises(LocalGPTError):
            plan(source, root)

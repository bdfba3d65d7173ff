"""The files below a folder."""

from localgpt_tui.drafting.folder import files_below


def grow(folder, *paths):
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("")


def test_the_nearest_come_first(tmp_path):
    grow(tmp_path, "deep/er/c.py", "deep/b.py", "z.py")
    assert files_below(tmp_path) == ["z.py", "deep/b.py", "deep/er/c.py"]


def test_what_nobody_means_is_left_out(tmp_path):
    grow(tmp_path, ".git/config", "node_modules/x/y.js", ".venv/bin/python", "src/__pycache__/a.pyc", "src/a.py")
    assert files_below(tmp_path) == ["src/a.py"]


def test_plain_lines_of_a_gitignore_are_followed(tmp_path):
    grow(tmp_path, "a.log", "deep/b.log", "out/c.txt", "deep/out/d.txt", "deep/here", "here", "out.txt")
    (tmp_path / ".gitignore").write_text("# what we make\n*.log\nout/\n/here\n")
    assert files_below(tmp_path) == [".gitignore", "out.txt", "deep/here"]


def test_a_link_that_leads_up_again_ends_nowhere(tmp_path):
    grow(tmp_path, "a.py")
    (tmp_path / "again").symlink_to(tmp_path)
    assert "a.py" in files_below(tmp_path)
    assert not any("again/" in path for path in files_below(tmp_path))


def test_there_is_an_end_to_it(tmp_path):
    grow(tmp_path, *(f"{number}.txt" for number in range(20)))
    assert len(files_below(tmp_path, most=5)) == 5
    assert files_below(tmp_path, enough=lambda: True) == []
    assert files_below(tmp_path / "missing") == []

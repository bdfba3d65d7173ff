"""A backup holds everything worth keeping, and is believed only if it is whole and harmless."""

import json
import os
import stat
import threading
import zipfile

import pytest

from localgpt_tui.backup.archive import FORMAT, make_backup, opened
from localgpt_tui.core.errors import LocalGPTError


def contents(path):
    with opened(path) as archive:
        return {file.name: archive.read(file) for file in archive.files}


def test_it_holds_settings_memory_and_sessions_but_no_cache_log_or_lock(places, tmp_path):
    made = make_backup(places, tmp_path / "b.zip")

    assert contents(made.path) == {
        "config/config.toml": b'[agent]\ndefault_model = "recall"\n',
        "workspace/MEMORY.md": b"# Memory\n",
        "workspace/memory/2026-03-01.md": b"a day\n",
        "state/agents/main/sessions/abc.jsonl": b'{"kind":"session"}\n{"kind":"message"}\n',
        "state/consent.json": b"{}",
    }
    assert made.files == 5
    assert made.skipped == ()


def test_it_is_readable_by_its_owner_only_since_keys_may_be_in_it(places, tmp_path):
    made = make_backup(places, tmp_path / "b.zip")

    assert made.path.stat().st_mode & 0o777 == 0o600


def test_given_a_folder_it_is_named_by_its_date(places, tmp_path):
    made = make_backup(places, tmp_path)

    assert made.path.parent == tmp_path
    assert made.path.name.startswith("localgpt-2")


def test_a_file_that_is_there_is_not_overwritten(places, tmp_path):
    (tmp_path / "b.zip").write_text("mine")

    with pytest.raises(LocalGPTError, match="there already"):
        make_backup(places, tmp_path / "b.zip")
    assert (tmp_path / "b.zip").read_text() == "mine"


def test_a_place_that_cannot_be_written_leaves_nothing_behind(places, tmp_path):
    with pytest.raises(LocalGPTError, match="cannot be written"):
        make_backup(places, tmp_path / "missing/b.zip")
    assert not (tmp_path / "missing").exists()


def test_links_pipes_and_unreadable_things_are_left_out_and_said(places, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("elsewhere")
    (places.workspace / "link.md").symlink_to(secret)
    (places.workspace / "folder").symlink_to(tmp_path)
    os.mkfifo(places.workspace / "pipe")
    made = make_backup(places, tmp_path / "b.zip")

    assert sorted(reason.rpartition(": ")[2] for reason in made.skipped) == [
        "a symbolic link",
        "a symbolic link",
        "not an ordinary file",
    ]
    assert b"elsewhere" not in contents(made.path).values()


def test_a_config_file_that_is_a_link_into_the_dotfiles_is_taken_along(places, tmp_path):
    places.config_file.rename(tmp_path / "dotfile.toml")
    places.config_file.symlink_to(tmp_path / "dotfile.toml")
    made = make_backup(places, tmp_path / "b.zip")

    assert b"recall" in contents(made.path)["config/config.toml"]


def test_a_name_that_is_no_text_survives(places, tmp_path):
    name = os.fsdecode(b"caf\xe9.md")
    (places.workspace / name).write_text("x")
    made = make_backup(places, tmp_path / "b.zip")

    assert contents(made.path)[f"workspace/{name}"] == b"x"


def test_sessions_written_meanwhile_are_copied_as_whole_lines(places, tmp_path):
    session = places.sessions / "busy.jsonl"
    session.touch()
    stop = threading.Event()

    def write():
        with session.open("ab", buffering=0) as file:
            while not stop.is_set():
                file.write(b'{"kind":"mess')
                file.write(b'age"}\n')
                stop.wait(0.002)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [contents(make_backup(places, tmp_path / f"{n}.zip").path) for n in range(10)]
    finally:
        stop.set()
        writer.join()

    for copy in copies:
        for line in copy["state/agents/main/sessions/busy.jsonl"].splitlines():
            assert json.loads(line) == {"kind": "message"}


def rewritten(path, change, *, extra=()):
    """A copy of a backup with its manifest changed, and further members put in."""
    target = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as copy:
        for member in source.infolist():
            content = source.read(member)
            if member.filename == "manifest.json":
                manifest = json.loads(content)
                change(manifest)
                content = json.dumps(manifest).encode()
            copy.writestr(member.filename, content)
        for member, content in extra:
            copy.writestr(member, content)
    return target


def renamed(name):
    def change(manifest):
        manifest["files"][0]["name"] = name

    return change


@pytest.mark.parametrize(
    "name",
    [
        "workspace/../../evil",
        "/etc/passwd",
        "state//etc/passwd",
        "elsewhere/x",
        "workspace",
        "workspace/",
        "config/other.toml",
        "state/./x",
        "workspace/a\0b",
        7,
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(places, tmp_path, name):
    made = make_backup(places, tmp_path / "b.zip")

    with (
        pytest.raises(LocalGPTError, match="no backup of localgpt-tui, or is damaged"),
        opened(rewritten(made.path, renamed(name))),
    ):
        pass


def test_a_link_inside_is_refused(places, tmp_path):
    made = make_backup(places, tmp_path / "b.zip")
    link = zipfile.ZipInfo("state/consent.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    target = tmp_path / "link.zip"
    with zipfile.ZipFile(made.path) as source, zipfile.ZipFile(target, "w") as copy:
        for member in source.infolist():
            copy.writestr(link if member.filename == link.filename else member, source.read(member))

    with pytest.raises(LocalGPTError, match="not an ordinary file"), opened(target):
        pass


def test_what_the_manifest_does_not_list_is_refused(places, tmp_path):
    made = make_backup(places, tmp_path / "b.zip")
    changed = rewritten(made.path, lambda manifest: None, extra=[("workspace/stowaway", "x")])

    with pytest.raises(LocalGPTError, match="not what its manifest lists"), opened(changed):
        pass


def test_one_of_a_newer_format_is_refused_with_the_way_out(places, tmp_path):
    made = make_backup(places, tmp_path / "b.zip")
    changed = rewritten(made.path, lambda manifest: manifest.update(format=FORMAT + 1, version="9.0"))

    with pytest.raises(LocalGPTError, match=r"newer version \(localgpt-tui 9.0\)\. Update"), opened(changed):
        pass


def test_content_that_was_changed_is_noticed(places, tmp_path):
    made = make_backup(places, tmp_path / "b.zip")

    def lie(manifest):
        manifest["files"][0]["sha256"] = "0" * 64

    with opened(rewritten(made.path, lie)) as archive, pytest.raises(LocalGPTError, match="damaged"):
        archive.read(archive.files[0])


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x05\x06" + b"\0" * 18])
def test_a_file_that_is_no_backup_is_refused(tmp_path, content):
    (tmp_path / "b.zip").write_bytes(content)

    with pytest.raises(LocalGPTError, match="no backup of localgpt-tui"), opened(tmp_path / "b.zip"):
        pass


def test_a_backup_with_any_byte_cut_off_or_flipped_never_gives_back_anything_else(places, tmp_path):
    whole = make_backup(places, tmp_path / "b.zip").path
    truth = contents(whole)
    raw = whole.read_bytes()
    broken = tmp_path / "broken.zip"
    for position in range(0, len(raw), 7):
        for damaged in (raw[:position], raw[:position] + bytes([raw[position] ^ 0x55]) + raw[position + 1 :]):
            broken.write_bytes(damaged)
            try:
                found = contents(broken)
            except LocalGPTError:
                continue
            assert found.items() <= truth.items()


def test_a_name_that_is_not_there_is_said(tmp_path):
    with pytest.raises(LocalGPTError, match="There is no"), opened(tmp_path / "none.zip"):
        pass

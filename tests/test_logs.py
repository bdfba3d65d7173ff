"""The log rotates, holds no secret, and never stands in the way."""

import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from localgpt_tui.logs import log_file, start_logging, stop_logging
from localgpt_tui.paths import find_places

log = logging.getLogger("localgpt_tui.somewhere")


@pytest.fixture
def places(tmp_path):
    yield find_places({"LOCALGPT_HOME": str(tmp_path / "home")})
    stop_logging()


@pytest.fixture(autouse=True)
def _root_level():
    root = logging.getLogger()
    level = root.level
    yield
    root.setLevel(level)


def test_a_note_has_its_time_with_offset_its_level_and_its_module(places):
    path = start_logging(places)
    log.info("opened %d sessions", 3)

    assert path == log_file(places) == places.logs / "agent.log"
    line = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d INFO localgpt_tui\.somewhere: opened 3 sessions\n"
    assert re.fullmatch(line, path.read_text())


def test_the_log_is_readable_by_its_owner_only_even_if_it_was_not_before(places):
    places.logs.mkdir(parents=True)
    log_file(places).touch(mode=0o644)
    path = start_logging(places)
    log.info("x")

    assert path.stat().st_mode & 0o777 == 0o600


def test_secrets_reach_neither_messages_nor_tracebacks(places, monkeypatch):
    monkeypatch.setenv("SOME_API_KEY", "from-the-environment")
    path = start_logging(places, secrets=["from-the-config"])
    try:
        int("refused from-the-config")
    except ValueError:
        log.exception("with %s and sk-ant-0123456789abcdefgh", "from-the-environment")

    text = path.read_text()
    assert "Traceback" in text
    for secret in ("from-the-config", "from-the-environment", "0123456789abcdefgh"):
        assert secret not in text


def test_foreign_text_can_neither_forge_a_line_nor_move_the_cursor_of_who_reads_the_log(places):
    path = start_logging(places)
    log.warning("tool said %s", "x\n2026-01-01T00:00:00.000+00:00 INFO all is well\x1b[2J")

    lines = path.read_text().splitlines()
    assert lines[1].startswith("    2026")
    assert "\x1b" not in path.read_text()


def test_libraries_are_heard_from_warnings_up_whatever_our_own_level_is(places):
    path = start_logging(places, "debug")
    logging.getLogger("httpx").info("POST what was said")
    logging.getLogger("httpx").warning("retrying")
    log.debug("ours")

    assert "what was said" not in path.read_text()
    assert "retrying" in path.read_text()
    assert "ours" in path.read_text()


def test_a_full_file_makes_room_for_a_new_one_and_the_oldest_goes(places):
    path = start_logging(places, max_bytes=2_000, backups=2)
    for number in range(200):
        log.info("note %d %s", number, "x" * 50)

    names = sorted(file.name for file in places.logs.glob("agent.log*"))
    assert names == ["agent.log", "agent.log.1", "agent.log.2"]
    assert all((places.logs / name).stat().st_size <= 2_000 for name in names)
    assert all((places.logs / name).stat().st_mode & 0o777 == 0o600 for name in names)
    assert "note 199" in path.read_text()


def test_two_programs_share_a_log_through_its_rotation(places):
    path = start_logging(places, max_bytes=100_000, backups=2)
    log.info("before")
    path.rename(path.with_suffix(".log.1"))
    log.info("after")

    assert "after" in path.read_text()
    assert "after" not in path.with_suffix(".log.1").read_text()


def test_a_log_that_cannot_be_written_is_said_once_and_stops_nothing(places):
    places.logs.parent.mkdir(parents=True)
    places.logs.write_text("a file where the folder should be")
    said = []
    start_logging(places, tell=said.append)
    log.error("one")
    log.error("two")

    assert len(said) == 1
    assert str(places.logs) in said[0]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_disk_that_fills_up_is_said_once_and_stops_nothing(places):
    places.logs.mkdir(parents=True)
    log_file(places).symlink_to("/dev/full")
    said = []
    start_logging(places, tell=said.append)
    log.error("one")
    log.error("two")

    assert len(said) == 1
    assert "No space left" in said[0]


def test_starting_again_writes_each_note_once(places):
    start_logging(places)
    path = start_logging(places)
    log.info("only once")

    assert path.read_text().count("only once") == 1


def test_a_warning_of_a_library_goes_to_the_log_and_not_to_the_screen(places, tmp_path):
    program = (
        "import warnings; from localgpt_tui.logs import start_logging; from localgpt_tui.paths import find_places;"
        "start_logging(find_places()); warnings.warn('deprecated thing')"
    )
    environ = {**os.environ, "LOCALGPT_HOME": str(tmp_path / "home")}
    run = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True)

    assert run.stderr == ""
    assert "deprecated thing" in (tmp_path / "home/logs/agent.log").read_text()

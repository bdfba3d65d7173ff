"""An error nobody expected leaves a report that can be shown to anyone."""

import os
import subprocess
import sys

import pytest
from pydantic import TypeAdapter

from localgpt_tui.crashes import KEPT, keep_crash, write_crash
from localgpt_tui.paths import find_places


@pytest.fixture
def places(tmp_path):
    return find_places({"LOCALGPT_HOME": str(tmp_path / "home")})


def caught(raiser):
    try:
        raiser()
    except Exception as error:  # noqa: BLE001 - any error will do
        return error
    raise AssertionError("nothing was raised")


def test_a_crash_file_has_versions_the_platform_and_the_traceback(places):
    error = caught([].pop)
    path = write_crash(places, error)

    text = path.read_text()
    assert path.parent == places.crashes
    assert "localgpt-tui " in text
    assert "textual " in text
    assert "Python 3." in text
    assert "test_crashes.py" in text
    assert "builtins.IndexError: pop from empty list" in text


def test_it_is_readable_by_its_owner_only(places):
    path = write_crash(places, ValueError())

    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_it_holds_no_secret(places, monkeypatch):
    monkeypatch.setenv("A_TOKEN", "token-of-the-environment")
    error = RuntimeError("bad key hunter2hunter2 token-of-the-environment sk-proj-0123456789abcdefgh")
    text = write_crash(places, error, secrets=["hunter2hunter2"]).read_text()

    assert "bad key *** *** ***" in text


def my_words_as_a_number():
    words = "my own words about my health"
    return int(words)


def my_words_as_a_key():
    return {}["my own words about my health"]


def my_words_in_a_model():
    return TypeAdapter(int).validate_python("my own words about my health")


@pytest.mark.parametrize("raiser", [my_words_as_a_number, my_words_as_a_key, my_words_in_a_model])
def test_it_quotes_nothing_that_somebody_may_have_written(places, raiser):
    text = write_crash(places, caught(raiser)).read_text().partition("\n\n")[2]

    assert "Error: " in text
    told = [line for line in text.splitlines() if "Error: " in line]
    assert "my own words" not in "\n".join(told)


def test_it_tells_causes_and_groups(places):
    def fail():
        try:
            {}["name"]
        except KeyError as error:
            raise ExceptionGroup("two at once", [ValueError("left"), TypeError("right")]) from error

    text = write_crash(places, caught(fail)).read_text()
    assert text.index("KeyError") < text.index("which led to") < text.index("ExceptionGroup") < text.index("TypeError")


def test_an_error_that_is_its_own_cause_does_not_go_round_for_ever(places):
    error = ValueError("round")
    error.__cause__ = error

    assert write_crash(places, error).read_text().count("builtins.ValueError") == 1


def test_only_the_latest_crash_files_stay(places):
    paths = [write_crash(places, ValueError(str(number))) for number in range(KEPT + 3)]

    assert sorted(places.crashes.iterdir()) == sorted(paths)[-KEPT:]


def test_a_place_that_cannot_be_written_is_said_instead(places):
    places.crashes.parent.mkdir(parents=True)
    places.crashes.write_text("in the way")

    assert "No report" in keep_crash(places, ValueError())


def test_a_program_without_a_screen_says_where_the_report_is(tmp_path):
    program = (
        "import threading; from localgpt_tui.crashes import install_crash_hook; "
        "from localgpt_tui.paths import find_places; install_crash_hook(find_places()); "
        "t = threading.Thread(target=lambda: [].pop()); t.start(); t.join(); {}['x']"
    )
    environ = {**os.environ, "LOCALGPT_HOME": str(tmp_path)}
    run = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=False)

    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert "IndexError" in run.stderr
    assert "KeyError" in run.stderr
    assert len(list((tmp_path / "crashes").iterdir())) == 2

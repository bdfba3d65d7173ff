"""The doctor says how much holds commands in."""

from localgpt_tui.doctor.confining import sandbox
from localgpt_tui.safety.sandbox import Sandbox


def test_a_sandbox_that_holds_is_fine_and_one_that_is_switched_off_is_not():
    found = Sandbox.probe("auto")
    check = sandbox("auto")
    assert check.status == ("ok" if found.confines else "warn")
    assert check.words.startswith(found.describe())

    off = sandbox("none")
    assert off.status == "warn"
    assert "every command will be asked about" in off.words
    assert off.fix == "localgpt-tui config set sandbox.level auto"

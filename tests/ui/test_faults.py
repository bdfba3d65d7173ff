"""An error of the screen that nobody expected."""

import pytest
from stage import staged

from localgpt_tui.paths import find_places


@pytest.mark.parametrize("where", ["action", "worker"])
async def test_the_app_ends_with_a_crash_file_and_a_sentence_instead_of_a_page_of_code(where, capfd):
    app = staged()

    async def fail() -> None:
        secret = "a secret of the person"
        raise ZeroDivisionError(f"'{secret}' cannot be divided by nothing at all today")

    app.call_later(fail if where == "action" else lambda: app.run_worker(fail()))
    await app.run_async(headless=True)
    said = capfd.readouterr().err
    assert "Something went wrong inside localgpt-tui (ZeroDivisionError)." in said
    assert "Traceback" not in said
    assert "errors shown" not in said
    assert "of the person" not in said
    (file,) = find_places().crashes.iterdir()
    assert file.name in said.replace("\n", "")
    kept = file.read_text()
    assert "ZeroDivisionError" in kept
    assert "of the person" not in kept.partition("ZeroDivisionError:")[2]
    assert app.return_code == 1

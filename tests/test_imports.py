"""What nobody has used yet is not loaded: a static graph cannot see a deferred import, a fresh process can."""

import json
import pkgutil
import subprocess
import sys

import localgpt_tui

NEVER = {"textual", "rich", "anthropic", "openai", "ollama", "fastembed", "onnxruntime", "numpy"}
HEADLESS = sorted(
    module.name
    for module in pkgutil.walk_packages(localgpt_tui.__path__, "localgpt_tui.")
    if not module.name.startswith("localgpt_tui.ui") and not module.name.endswith("__main__")
)

_PROBE = """
import importlib, json, sys
never = set(json.loads(sys.argv[1]))
for module in json.loads(sys.argv[2]):
    importlib.import_module(module)
    print(json.dumps([module, sorted(never & set(sys.modules))]))
"""


def test_there_is_something_to_import():
    assert {"localgpt_tui.cli", "localgpt_tui.core.messages", "localgpt_tui.paths"} <= set(HEADLESS)


def test_a_headless_module_loads_neither_the_screen_nor_a_vendors_library():
    arguments = [json.dumps(sorted(NEVER)), json.dumps(HEADLESS)]
    done = subprocess.run([sys.executable, "-c", _PROBE, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    guilty, known = {}, set()
    for module, loaded in map(json.loads, done.stdout.splitlines()):
        if new := set(loaded) - known:
            guilty[module] = new
        known |= set(loaded)
    assert guilty == {}


def test_a_search_for_words_in_a_folder_of_notes_loads_no_configuration_and_no_history(tmp_path):
    (tmp_path / "MEMORY.md").write_text("- The canoe is green.\n")
    probe = (
        "import sys; from localgpt_tui.cli import main\n"
        "try: main()\n"
        "finally: print(sorted({'pydantic', 'dulwich', 'tomlkit', 'httpx'} & set(sys.modules)))"
    )
    asked = ["memory", "search", "--keywords", "--workspace", str(tmp_path), "canoe"]
    done = subprocess.run([sys.executable, "-c", probe, *asked], capture_output=True, text=True, check=False)
    assert "The canoe is green." in done.stdout
    assert done.stdout.endswith("[]\n"), done.stdout + done.stderr


_OPENED = """
import asyncio, sys
from localgpt_tui.paths import find_places
from localgpt_tui.ui.app import LocalGPTApp

async def ready():
    app = LocalGPTApp(find_places())
    async with app.run_test(size=(120, 36)) as pilot:
        while not app.screen.ready or any(each.group in {"opening", "learned"} for each in app.workers):
            await pilot.pause(0.05)
        print(sorted({"tomlkit", "httpx", "ollama", "numpy", "trafilatura", "mcp"} & set(sys.modules)))

asyncio.run(ready())
"""


def test_an_app_that_is_ready_has_loaded_nothing_for_what_nobody_asked_for_yet(tmp_path, monkeypatch):
    (tmp_path / "config.toml").write_text('[agent]\ndefault_model = "recall"\n')
    monkeypatch.setenv("LOCALGPT_HOME", str(tmp_path))
    done = subprocess.run([sys.executable, "-c", _OPENED], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr

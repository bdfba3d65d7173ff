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

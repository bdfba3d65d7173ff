"""What nobody has used yet is not loaded: a static graph cannot see a deferred import, a fresh process can."""

import json
import pkgutil
import subprocess
import sys

import pytest

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


@pytest.fixture(scope="module")
def loaded():
    arguments = [json.dumps(sorted(NEVER)), json.dumps(HEADLESS)]
    done = subprocess.run([sys.executable, "-c", _PROBE, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(line) for line in done.stdout.splitlines())


def test_there_is_something_to_import():
    assert {"localgpt_tui.cli", "localgpt_tui.core.messages", "localgpt_tui.paths"} <= set(HEADLESS)


@pytest.mark.parametrize("module", HEADLESS)
def test_a_headless_module_loads_neither_the_screen_nor_a_vendors_library(loaded, module):
    before = [name for name in HEADLESS if name < module]
    known = set(loaded[before[-1]]) if before else set()

    assert set(loaded[module]) - known == set()

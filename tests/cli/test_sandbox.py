"""`sandbox status` and `sandbox test`: what holds commands in here, by what was just tried."""

import json

import pytest
from click.testing import CliRunner

from localgpt_tui.cli import cli
from localgpt_tui.paths import find_places
from localgpt_tui.safety.sandbox import Sandbox


@pytest.fixture
def run(_own_home):
    def run(*arguments, config=""):
        places = find_places()
        places.config_file.parent.mkdir(parents=True, exist_ok=True)
        places.config_file.write_text(config)
        return CliRunner().invoke(cli, ["sandbox", *arguments], standalone_mode=False)

    return run


def test_the_status_says_the_tier_and_each_probe(run):
    found = Sandbox.probe("auto")
    done = run("status")

    assert done.return_value == (0 if found.confines else 1)
    assert done.output.startswith(found.describe())
    assert all(f"{probe.name}: {probe.detail}" in done.output for probe in found.probes)


def test_a_program_reads_the_status_as_json(run):
    said = json.loads(run("status", "--json", config='[sandbox]\nlevel = "standard"\n').output)

    assert said["tier"] == Sandbox.probe("standard").tier
    assert said["level"] == "standard"
    assert {"name", "passed", "detail", "needed"} == set(said["probes"][0]) if said["probes"] else said["passed_over"]


@pytest.mark.parametrize(("written", "tiers"), [("none", {"none"}), ("minimal", {"limited", "none"})])
def test_what_does_not_suffice_is_said_plainly(run, written, tiers):
    done = run("status", config=f'[sandbox]\nlevel = "{written}"\n')

    assert done.output.split(":")[0] in tiers
    assert "Every command will be asked about" in done.output
    assert done.return_value == 1


def test_every_tier_is_tried_whatever_is_configured(run):
    done = run("test", config='[sandbox]\nlevel = "none"\n')

    confines = Sandbox.probe("auto").confines
    assert done.return_value == (0 if confines else 1)
    assert ("holds\n" in done.output) or not confines

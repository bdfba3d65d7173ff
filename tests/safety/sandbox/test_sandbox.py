"""Which tier is used: the strongest that holds when it is tried, never one that only says so."""

import json
import subprocess
from dataclasses import replace

import pytest

from localgpt_tui.safety.sandbox import Bounds, Sandbox, SandboxError, landlock, mechanisms, seccomp
from localgpt_tui.safety.sandbox.kernel import forgo_privileges
from localgpt_tui.safety.sandbox.landlock import TRUNCATE_ABI
from localgpt_tui.safety.sandbox.mechanisms import Landlock, Unconfined
from localgpt_tui.safety.sandbox.probing import examine
from localgpt_tui.safety.sandbox.starting import start

linux = pytest.mark.skipif(landlock.abi() == 0, reason="this kernel has no Landlock")


class SaysItConfines(Unconfined):
    """It claims a tier, and does nothing."""

    tier = "standard"


class ForgetsTheFiles(Landlock):
    """It filters system calls, and leaves the files open."""

    def _start(self, order):
        forgo_privileges()
        seccomp.install(mechanisms._filter(truncating=False))
        return mechanisms._popen(order.argv, order)


class ForgetsTheCalls(Landlock):
    """It closes the files, and leaves the network open."""

    def _start(self, order):
        forgo_privileges()
        with landlock.ruleset(order.reach, version=self._version) as rules:
            landlock.restrict(rules)
        return mechanisms._popen(order.argv, order)


class Breaks(Unconfined):
    """The kernel refuses it."""

    tier = "full"

    def start(self, order):
        raise PermissionError(1, "Operation not permitted")


class ShutsTooMuch(Landlock):
    """Nothing can be written at all."""

    def _start(self, order):
        return super()._start(replace(order, reach=replace(order.reach, writable=())))


def failed(mechanism):
    return {probe.name for probe in examine(mechanism) if not probe.passed}


def test_a_tier_that_lies_is_found_out():
    found = Sandbox.strongest([SaysItConfines(), Unconfined()])

    assert found.tier == "none"
    assert not found.confines
    assert "changed files outside of its folder" in found.passed_over["standard"]
    assert failed(SaysItConfines()) >= {"writing", "reading", "network"}


@linux
def test_half_a_sandbox_is_none():
    assert failed(ForgetsTheFiles("standard")) >= {"writing", "reading"}
    assert "network" in failed(ForgetsTheCalls("standard"))
    assert failed(ShutsTooMuch("standard")) == {"work"}


def test_a_tier_that_breaks_is_passed_over_and_starts_nothing(folder):
    found = Sandbox.strongest([Breaks(), Unconfined()])
    assert found.tier == "none"
    assert "Operation not permitted" in found.passed_over["full"]

    with pytest.raises(SandboxError, match="was not started: it could not be confined"):
        start(Breaks(), ["true"], Bounds(folder), stdout=1, stderr=2)


def test_what_a_kernel_can_do_is_there():
    if landlock.abi() < TRUNCATE_ABI:
        pytest.skip("this kernel cannot do it")
    found = Sandbox.probe("standard")
    assert found.tier == "standard", found.passed_over
    assert all(probe.passed for probe in found.probes if probe.needed)
    assert found.describe().startswith("standard: Landlock")


@pytest.mark.parametrize("level", ["auto", "full", "standard", "limited", "none"])
def test_a_level_is_the_most_that_is_used_and_it_is_found_once(level):
    found = Sandbox.probe(level)

    order = ["full", "standard", "limited", "none"]
    assert order.index(found.tier) >= (0 if level == "auto" else order.index(level))
    assert Sandbox.probe(level) is found
    assert json.dumps(dict(found.passed_over)) is not None


def test_with_nothing_to_hold_commands_in_it_says_so():
    assert Sandbox.probe("none").describe() == "none: nothing holds commands in"


@linux
def test_the_program_itself_stays_free(folder):
    command = Sandbox.probe("standard").start(["true"], Bounds(folder), stdout=1, stderr=2)
    command.stop()

    (folder / "free").write_text("x")
    assert subprocess.run(["cat", folder / "free"], capture_output=True, check=True).stdout == b"x"

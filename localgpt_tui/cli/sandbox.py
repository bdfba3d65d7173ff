"""`localgpt-tui sandbox`: what holds in the commands that the assistant runs, tried on this machine."""

import json
from collections.abc import Sequence
from dataclasses import asdict

import click

from localgpt_tui.paths import Places
from localgpt_tui.safety.sandbox.probing import Probe
from localgpt_tui.safety.terminal import printable


@click.group()
def sandbox() -> None:
    """Say what holds in the commands that the assistant runs, and try it."""


@sandbox.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def status(places: Places, as_json: bool) -> int:
    """Say which tier is in use, by what was just tried.

    `full` and `standard` confine; `limited` and `none` do not suffice for commands that nobody is there to be asked
    about. The exit status is 1 there.
    """
    from localgpt_tui.config import load_config  # noqa: PLC0415 - the group's help needs no configuration
    from localgpt_tui.safety.sandbox import Sandbox  # noqa: PLC0415

    level = load_config(places).config.sandbox.level
    found = Sandbox.probe(level)
    if as_json:
        said = {
            "tier": found.tier,
            "level": level,
            "confines": found.confines,
            "words": found.describe(),
            "probes": [asdict(probe) for probe in found.probes],
            "passed_over": dict(found.passed_over),
        }
        click.echo(json.dumps(said, indent=2))
        return 0 if found.confines else 1
    click.echo(printable(found.describe()))
    click.echo(f"sandbox.level is {level}.\n")
    _show(found.probes)
    for tier, why in found.passed_over.items():
        click.echo(printable(f"  - {tier} does not work here: {why}"))
    if not found.confines:
        click.echo("\nEvery command will be asked about, and none runs where nobody is there to be asked.")
    return 0 if found.confines else 1


@sandbox.command()
def test() -> int:
    """Try every tier that there is for this system, whatever is configured.

    The exit status is 1 where neither `full` nor `standard` holds.
    """
    from localgpt_tui.safety.sandbox.mechanisms import mechanisms  # noqa: PLC0415 - only here all are tried
    from localgpt_tui.safety.sandbox.probing import examine  # noqa: PLC0415

    holding = set()
    *confining, _ = mechanisms()
    for mechanism in confining:
        probes = examine(mechanism)
        holds = all(probe.passed for probe in probes if probe.needed)
        holding |= {mechanism.tier} if holds else set()
        click.echo(printable(f"{mechanism.tier}, by {mechanism.words}: {'holds' if holds else 'does not hold'}"))
        _show(probes)
    if not confining:
        click.echo("There is no sandbox for this system yet.")
    return 0 if holding & {"full", "standard"} else 1


def _show(probes: Sequence[Probe]) -> None:
    for probe in probes:
        click.echo(printable(f"  {'✓' if probe.passed else '✗'} {probe.name}: {probe.detail}"))

"""`localgpt-tui paths`: where everything is kept, and why there."""

import dataclasses
import json

import click

from localgpt_tui.paths import Places

_LABELS = {
    "config_file": "configuration",
    "workspace": "workspace",
    "sessions": "conversations",
    "data": "data",
    "state": "state",
    "cache": "cache",
    "logs": "logs",
    "backups": "backups",
    "crashes": "crash reports",
}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def paths(places: Places, as_json: bool) -> None:
    """Say where everything is kept, and why there.

    A path marked with a dash is not there yet; it is made when it is needed.
    """
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(places), default=str, indent=2))
        return
    for name, label in _LABELS.items():
        path = getattr(places, name)
        click.echo(f"{label:<14} {' ' if path.exists() else '-'} {path}")
    click.echo(f"\nThese places, because: {places.reason}.")

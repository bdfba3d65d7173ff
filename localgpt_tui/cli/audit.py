"""`localgpt-tui audit`: what tools were asked to do, who allowed it, and whether the log is whole."""

import json
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING

import click

from localgpt_tui.paths import Places
from localgpt_tui.safety.terminal import printable

if TYPE_CHECKING:
    from localgpt_tui.safety.audit import Audit


@click.group()
def audit() -> None:
    """Show what tools were asked to do, and check that the log of it is whole."""


@audit.command()
@click.option("--limit", "-n", type=click.IntRange(min=1), default=20, show_default=True, help="How many entries.")
@click.option("--session", default="", metavar="ID", help="Only of the session whose id begins so.")
@click.option("--json", "as_json", is_flag=True, help="One entry a line, as it stands in the log.")
@click.pass_obj
def show(places: Places, limit: int, session: str, as_json: bool) -> None:
    """Show the latest entries, the newest first."""
    entries = [entry for entry in _log(places).entries() if entry.session.startswith(session)]
    for entry in islice(reversed(entries), limit):
        if as_json:
            click.echo(json.dumps(asdict(entry)))
        else:
            click.echo(printable(f"{entry.ts[:19]}  {entry.action:<12} {entry.source:<16} {entry.detail}"))


@audit.command()
@click.pass_obj
def verify(places: Places) -> int:
    """Check that no entry was changed, taken out or cut off."""
    found = _log(places).verify()
    for broken in found.breaks:
        click.echo(f"✗ {broken}")
    if found.breaks:
        click.echo(f"The log of {found.entries} entries is not as it was written.")
        return 1
    click.echo(f"✓ {found.entries} entries, each follows the one before.")
    return 0


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@click.pass_obj
def stats(places: Places, as_json: bool) -> None:
    """Count the entries by what they say."""
    counts = _log(places).counts()
    if as_json:
        click.echo(json.dumps(dict(counts)))
        return
    for action, count in counts.most_common():
        click.echo(f"{count:>7}  {printable(action)}")
    if not counts:
        click.echo("Nothing was written down yet.")


def _log(places: Places) -> "Audit":
    from localgpt_tui.safety.audit import audit_of  # noqa: PLC0415 - the group's help needs no log

    return audit_of(places)

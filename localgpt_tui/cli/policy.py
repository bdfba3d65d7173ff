"""`localgpt-tui policy`: what the person's policy says, as it is used."""

import click

from localgpt_tui.paths import Places
from localgpt_tui.safety.terminal import printable


@click.group()
def policy() -> None:
    """Show the policy of the workspace as it is used."""


@policy.command()
@click.pass_obj
def status(places: Places) -> int:
    """Say where the policy stands, which of its lines ask or refuse, and what every request ends with."""
    from localgpt_tui.approvals.rules import read_rules  # noqa: PLC0415 - the group's help needs none of this
    from localgpt_tui.safety.policy import FILES, read_policy  # noqa: PLC0415

    found = read_policy(places.workspace)
    if found.file is None:
        click.echo(f"There is no policy: write {places.workspace / FILES[0]} to have one.")
    else:
        click.echo(f"policy  {printable(str(found.file))}, {len(found.text):,} characters")
        for rule in read_rules(found.text, found.file.name, may_forbid=True):
            verdict = "refuses" if rule.verdict == "deny" else "asks"
            click.echo(printable(f"{verdict:<8}{rule.source}: {rule.line}"))
    if found.problem:
        click.echo(f"⚠ {printable(found.problem)}")
    click.echo(f"\nEvery request ends with:\n\n{printable(found.block)}")
    return 1 if found.problem else 0

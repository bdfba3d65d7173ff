"""`localgpt-tui doctor`: what is set up, and how to fix the rest."""

import json
import shutil
import sys
import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

import click

from localgpt_tui.doctor import Check, checks
from localgpt_tui.doctor import fix as fix_now
from localgpt_tui.paths import Places
from localgpt_tui.safety.terminal import printable

_SIGNS = {"ok": "✓", "warn": "!", "fail": "✗"}
_JSON = "Print a JSON list of {name, status, words, fix}."


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help=_JSON)
@click.option("-f", "--fix", is_flag=True, help="Make missing folders and close ours to others first.")
@click.pass_context
def doctor(ctx: click.Context, as_json: bool, fix: bool) -> int:
    """Check what is set up and say how to fix the rest.

    The exit status is 1 where something fails. Nothing is sent to any vendor.
    """
    if ctx.invoked_subcommand:
        return 0
    places: Places = ctx.obj
    for sentence in fix_now(places) if fix else ():
        click.echo(printable(sentence), err=True)
    return _report(checks(places, interactive=sys.stdout.isatty()), as_json=as_json)


@doctor.command()
@click.option("--json", "as_json", is_flag=True, help=_JSON)
def terminal(as_json: bool) -> int:
    """Ask the terminal what it can do, and say which lines in ~/.tmux.conf would help."""
    from localgpt_tui.doctor.terminal import terminal_checks  # noqa: PLC0415 - only here is a terminal asked

    found = terminal_checks()
    status = _report(found, as_json=as_json)
    lines = [check.fix for check in found if check.name == "tmux" and check.fix]
    if lines and not as_json:
        click.echo("\nFor ~/.tmux.conf:")
        for line in lines:
            click.echo(f"  {printable(line)}")
    return status


def _report(found: Sequence[Check], *, as_json: bool) -> int:
    if as_json:
        click.echo(json.dumps([asdict(check) for check in found], indent=2))
    else:
        for check in found:
            _show(check)
        count = Counter(check.status for check in found)
        click.echo(f"\n{count['ok']} fine, {count['warn']} to look at, {count['fail']} failed.")
    return 1 if any(check.status == "fail" for check in found) else 0


def finding_lines(check: Check, columns: int) -> list[str]:
    """A finding and how to mend it in lines of at most `columns`, parted between words; a path is never parted."""
    said = [(f"{_SIGNS[check.status]} {check.status:<4}  ", f"{check.name}: {check.words}")]
    said += [("        → ", check.fix)] if check.fix else []
    lines: list[str] = []
    for lead, words in said:
        room = max(20, columns - len(lead))
        parts = textwrap.wrap(printable(words), room, break_long_words=False, break_on_hyphens=False)
        lines += [f"{' ' * len(lead) if number else lead}{part}" for number, part in enumerate(parts)]
    return lines


def _show(check: Check) -> None:
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize
    for line in finding_lines(check, columns):
        click.echo(line)

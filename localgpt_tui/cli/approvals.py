"""`localgpt-tui approvals`: what would be asked, refused or simply run."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.paths import Places
from localgpt_tui.safety.terminal import printable

if TYPE_CHECKING:
    from localgpt_tui.approvals.inbox import Inbox


@click.group()
def approvals() -> None:
    """Say what a command would be asked about, and answer what waits."""


@approvals.command("list")
@click.option("--json", "as_json", is_flag=True, help="One question a line, as JSON.")
@click.pass_obj
def list_(places: Places, as_json: bool) -> None:
    """List the questions that wait for you, the oldest first."""
    waiting = _inbox(places).list()
    for each in waiting:
        if as_json:
            click.echo(json.dumps({"since": each.since.isoformat(), **asdict(each.approval)}))
            continue
        asked = each.approval
        click.echo(printable(f"{asked.id[:8]}  {each.since:%Y-%m-%d %H:%M}  {asked.call.name}: {asked.act.title}"))
        for line in (*asked.act.shown.splitlines(), *(f"why: {why}" for why in asked.why)):
            click.echo(printable(f"          {line}"))
    if not waiting and not as_json:
        click.echo("Nothing waits for you.")


@approvals.command()
@click.argument("question")
@click.argument("answer", type=click.Choice(["yes", "no"]))
@click.option("--reason", default="", help="What to tell the model with a no.")
@click.pass_obj
def answer(places: Places, question: str, answer: str, reason: str) -> None:
    """Answer the QUESTION whose id begins so, once and for exactly what it shows.

    Where the program that asked still runs, it goes on at once; else the answer is kept for when its session goes on.
    """
    from localgpt_tui.core.approvals import Decision  # noqa: PLC0415 - the group's help needs none of this

    inbox = _inbox(places)
    found = inbox.find(question)
    inbox.answer(found.approval.id, Decision("once" if answer == "yes" else "no", reason=reason))
    later = "" if found.owner_alive else f" {_later(places, found.approval.session, answer)}"
    click.echo(f"Answered {answer}: {printable(found.approval.act.title)}.{later}")


@approvals.command()
@click.option("--json", "as_json", is_flag=True, help='Read lines of JSON, {"command": …}, instead of plain commands.')
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Judge as if run there.  [default: the working folder; in a home or root folder the workspace]",
)
@click.pass_obj
def check(places: Places, as_json: bool, folder: Path | None) -> None:
    """Judge each command line that stands on stdin: safe, approve or deny.

    Prints {"verdict": …, "reasons": […]} for each line, in order, and runs nothing. `safe` is what needs no question,
    `approve` what would be asked about, `deny` what is refused in every mode.
    """
    from localgpt_tui.safety.shell import Protected, judge  # noqa: PLC0415 - the group's help needs no parser

    protected = Protected.of(places)
    here = folder or Path.cwd()
    if folder is None and not protected.fits(here):
        here = places.workspace
    for command in _commands(as_json=as_json):
        verdict = judge(command, workspace=places.workspace, folder=here, protected=protected)
        click.echo(json.dumps({"verdict": verdict.verdict, "reasons": verdict.reasons}))


def _later(places: Places, session: str, answer: str) -> str:
    """When an answer counts whose question's program has ended."""
    from localgpt_tui.ledger import HEARTBEAT, Ledger  # noqa: PLC0415 - the group's help needs none of this

    row = next((row for row in reversed(Ledger(places.state).rows()) if session and row.session == session), None)
    if row is None:
        return f"It counts when session {session[:8]} goes on: `localgpt-tui chat -s {session[:8]}`."
    who = "The heartbeat" if row.job == HEARTBEAT else f"The job {row.job}"
    if answer == "no":
        return f"{who} leaves it."
    return printable(f"{who} goes on with it within a minute, while an app is open or the daemon runs.")


def _inbox(places: Places) -> "Inbox":
    from localgpt_tui.approvals.inbox import Inbox  # noqa: PLC0415 - the group's help needs no questions
    from localgpt_tui.config import load_config  # noqa: PLC0415

    hours = load_config(places).config.approvals.expire_hours
    return Inbox(places.state / "approvals", hours=hours)


def _commands(*, as_json: bool) -> Iterator[str]:
    for number, line in enumerate(_lines(), 1):
        if line.strip():
            yield _command(line, number) if as_json else line.rstrip("\n")


def _lines() -> Iterator[str]:
    """The lines of stdin as they come, so that a program at the other end may wait for each answer."""
    yield from (line.decode("utf-8", "replace") for line in iter(sys.stdin.buffer.readline, b""))


def _command(line: str, number: int) -> str:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    command = found.get("command") if isinstance(found, dict) else None
    if not isinstance(command, str):
        raise LocalGPTError(
            f"Line {number} is not what was expected.", 'Give one JSON object a line: {"command": "ls"}.'
        )
    return command

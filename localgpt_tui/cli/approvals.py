"""`localgpt-tui approvals`: what would be asked, refused or simply run."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.paths import Places


@click.group()
def approvals() -> None:
    """Say what a command would be asked about, and why."""


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

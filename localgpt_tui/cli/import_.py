"""`localgpt-tui import`: a workspace or notes from elsewhere, shown first and then copied."""

from pathlib import Path

import click

from localgpt_tui.memory.document import Written
from localgpt_tui.memory.history import History
from localgpt_tui.memory.importing import Plan, carry_out, plan
from localgpt_tui.memory.workspace import Workspace
from localgpt_tui.paths import Places
from localgpt_tui.safety.terminal import visible


@click.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("-y", "--yes", is_flag=True, help="Copy the files; without it, nothing is changed.")
@click.pass_obj
def import_(places: Places, path: Path, yes: bool) -> None:
    """Bring in the Markdown of PATH: a workspace of OpenClaw or LocalGPT, a folder of notes, or one file.

    Without --yes it only says what it would do. No file is ever overwritten: where two of one name differ, both stay.
    """
    planned = plan(path, places.workspace)
    _show(planned)
    if not planned.copies:
        _say("There is nothing to do.")
    elif not yes:
        _say(f"Nothing was changed. With --yes, {_files(len(planned.copies))} would be copied.")
    else:
        copied = carry_out(planned, places.workspace)
        _say(f"{_files(len(copied))} {'was' if len(copied) == 1 else 'were'} copied into {places.workspace}")
        _record(places, copied, str(planned.source))


def _show(planned: Plan) -> None:
    _say(f"From {planned.source}:")
    for step in planned.steps:
        if step.kind != "same":
            _say(f"  {step.kind:<26}  {step.target}")
    same = len(planned.steps) - len(planned.copies)
    if same:
        _say(f"  {_files(same)} {'is' if same == 1 else 'are'} there already.")
    for sentence in planned.passed_over:
        _say(f"Passed over: {sentence}", err=True)


def _record(places: Places, copied: tuple[Written, ...], source: str) -> None:
    history = History(Workspace(places.workspace))
    notes = [written for written in copied if written.path.casefold().endswith(".md")]
    history.record(notes, author="person", why=f"Import {source}")
    history.close()
    if history.problem:
        _say(history.problem, err=True)


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"


def _say(text: str, *, err: bool = False) -> None:
    click.echo(visible(text), err=err)

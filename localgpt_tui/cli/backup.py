"""`localgpt-tui backup`, `restore` and `erase`: everything that is kept, in one file, back, or gone."""

from pathlib import Path

import click

from localgpt_tui.backup.archive import make_backup
from localgpt_tui.backup.erase import Erasure, survey
from localgpt_tui.backup.erase import erase as erase_now
from localgpt_tui.backup.restore import plan
from localgpt_tui.backup.restore import restore as restore_now
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.paths import Places
from localgpt_tui.safety.terminal import visible

_WORD = "erase"
_YES = click.option("-y", "--yes", is_flag=True, help="Do not ask.")
_FILE = click.argument("file", type=click.Path(path_type=Path))


@click.command()
@_FILE
@click.pass_obj
def backup(places: Places, file: Path) -> None:
    """Put everything that is kept into one FILE, a zip archive.

    That is: settings, workspace, sessions; not caches, logs and crash files. It may be done while the app is running.
    """
    made = make_backup(places, file)
    _say(f"{made.files} files ({_size(made.size)}) are in {made.path}")
    for reason in made.skipped:
        _say(f"Left out: {reason}", err=True)
    _say("It holds your conversations, and the keys that stand in config.toml: keep it as private as those.", err=True)


@click.command()
@_FILE
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@_YES
@click.pass_obj
def restore(places: Places, file: Path, dry_run: bool, yes: bool) -> None:
    """Bring back what the backup FILE holds.

    What is there now is put into a backup of its own first. Files that are not in FILE stay as they are.
    """
    planned = plan(places, file)
    _say(f"{file} was made {planned.made} by localgpt-tui {planned.version}.")
    for path, step in planned.steps:
        if step != "same":
            _say(f"  {step:<8}  {path}")
    new, replaced, same = (planned.count(step) for step in ("new", "replaced", "same"))
    _say(f"{new} new, {replaced} replaced, {same} the same already, {planned.untouched} others untouched.")
    if dry_run or new + replaced == 0:
        return
    if not yes:
        click.confirm("Restore them?", abort=True, err=True)
    restored = restore_now(places, file)
    _say(f"{restored.files} files are restored.")
    if restored.before:
        _say(f"What was there before is in {restored.before}")


@click.command()
@click.option("--workspace", is_flag=True, help="The workspace as well: the memory, your own Markdown files.")
@click.option("--dry-run", is_flag=True, help="Only list what would go.")
@_YES
@click.pass_obj
def erase(places: Places, workspace: bool, dry_run: bool, yes: bool) -> None:
    """Delete everything that is kept here: sessions, settings, logs, backups, caches."""
    erasure = survey(places, workspace=workspace)
    _list(erasure)
    if dry_run or not erasure.doomed:
        return
    if not yes and click.prompt(f"There is no way back. Type “{_WORD}” to go on", err=True).strip() != _WORD:
        raise LocalGPTError("Nothing was erased.")
    problems = erase_now(places, erasure)
    for problem in problems:
        _say(f"Could not be erased: {problem}", err=True)
    if problems:
        raise LocalGPTError("Some of it is still there.", "See above; correct the permissions and try again.")
    _say("Everything listed is erased.")


def _list(erasure: Erasure) -> None:
    _say("To be erased:" if erasure.doomed else "There is nothing to erase.")
    for each in erasure.doomed:
        count = "1 file" if each.files == 1 else f"{each.files} files"
        _say(f"  {each.path}: {each.words} ({count}, {_size(each.size)})")
    if erasure.kept:
        _say("Kept:")
    for sentence in erasure.kept:
        _say(f"  {sentence}")


def _size(size: int) -> str:
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} bytes"


def _say(text: str, *, err: bool = False) -> None:
    click.echo(visible(text), err=err)

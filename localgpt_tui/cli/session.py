"""`localgpt-tui session`: conversations listed, read, named, exported and deleted."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from localgpt_tui.config import load_config
from localgpt_tui.core.errors import SessionError
from localgpt_tui.drafting.history import History
from localgpt_tui.drafting.kept import Draft, Drafts
from localgpt_tui.files import atomic_write
from localgpt_tui.paths import Places
from localgpt_tui.safety.redact import Redactor, environment_secrets
from localgpt_tui.safety.terminal import printable, printable_json
from localgpt_tui.sessions.export import to_json, to_markdown
from localgpt_tui.sessions.journal import Journal
from localgpt_tui.sessions.shelf import Shelf, Summary

_SHORT = 8


@click.group()
def session() -> None:
    """List, show, export and tidy conversations.

    ID is the beginning of a session's id, as far as no other session has the same.
    """


@session.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@click.pass_obj
def list_(places: Places, as_json: bool) -> None:
    """List all sessions, the last used one first."""
    shelf = _shelf(places)
    summaries = shelf.list()
    if as_json:
        click.echo(printable_json([_record(summary) for summary in summaries], indent=2))
    elif summaries:
        click.echo(printable(_table(summaries)))
    else:
        click.echo("There are no sessions yet. `localgpt-tui` opens the app and begins one.", err=True)
    for conflict in shelf.conflicts():
        click.echo(printable(f"{conflict.name}: {conflict.sentence}"), err=True)


@session.command()
@click.argument("id")
@click.option("--json", "as_json", is_flag=True, help="Print JSON with all that is known.")
@click.pass_obj
def show(places: Places, id: str, as_json: bool) -> None:  # noqa: A002 - click names it after the argument
    """Print what was said in the session ID."""
    with _shelf(places).open(id, writable=False) as journal:
        text = _exported(places, journal, "json" if as_json else "md")
        click.echo(text if as_json else printable(text), nl=False)
        _report(journal)


@session.command()
@click.argument("id")
@click.argument("title")
@click.pass_obj
def rename(places: Places, id: str, title: str) -> None:  # noqa: A002
    """Call the session ID by TITLE; an empty one brings back the title made of the first message."""
    click.echo(printable(f"Its title is now: {_shelf(places).rename(id, title)}"))


@session.command()
@click.argument("id")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--now", is_flag=True, help="For good, not into the trash.")
@click.pass_obj
def delete(places: Places, id: str, yes: bool, now: bool) -> None:  # noqa: A002
    """Delete the session ID: into the trash, from where `session undelete` brings it back."""
    shelf = _shelf(places)
    name = shelf.find(id)
    if not yes:
        where = "for good" if now else "into the trash"
        click.confirm(printable(f"Delete {_named(shelf, name)} {where}?"), abort=True, err=True)
    if now:
        shelf.erase(name)
        _forget_writing(places, name)
        click.echo(f"Deleted: {name}")
        return
    deleted = shelf.delete(name)
    click.echo(f"Deleted: {name}. `localgpt-tui session undelete {name}` brings it back from {deleted.folder}")


@session.command()
@click.argument("id")
@click.pass_obj
def undelete(places: Places, id: str) -> None:  # noqa: A002
    """Bring the session with the whole id ID back from the trash."""
    click.echo(f"It is back: {_shelf(places).undelete(id)}")


@session.command()
@click.argument("id")
@click.option("-f", "--format", "style", type=click.Choice(["md", "json"]), default="md", show_default=True)
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Write to FILE.")
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@click.pass_obj
def export(places: Places, id: str, style: str, output: Path | None, force: bool) -> None:  # noqa: A002
    """Write the session ID as Markdown or JSON; API keys are replaced by ***."""
    with _shelf(places).open(id, writable=False) as journal:
        text = _exported(places, journal, style)
        if output is None:
            click.echo(printable(text) if style == "md" else text, nl=False)
        else:
            _save(output, text, force=force)
            click.echo(f"Written: {output}")
        _report(journal)


def _shelf(places: Places) -> Shelf:
    return Shelf(places.sessions, places.cache)


def _exported(places: Places, journal: Journal, style: str) -> str:
    secrets = (*load_config(places).config.secrets(), *environment_secrets())
    return Redactor(secrets).clean(to_json(journal) if style == "json" else to_markdown(journal))


def _save(output: Path, text: str, *, force: bool) -> None:
    if output.exists() and not force:
        raise SessionError(f"{output} is there already.", "Give another name, or --force to replace it.")
    try:
        atomic_write(output, text.encode())
    except OSError as error:
        raise SessionError(f"{output} cannot be written: {error.strerror or error}.", "Give another place.") from error


def _report(journal: Journal) -> None:
    for sentence in journal.damage:
        click.echo(printable(sentence), err=True)


def _record(summary: Summary) -> dict[str, object]:
    return {
        "id": summary.id,
        "title": summary.title,
        "created": summary.created.isoformat(),
        "updated": summary.updated.isoformat(),
        "messages": summary.messages,
        "pinned": summary.pinned,
        "size": summary.size,
    }


def _table(summaries: Sequence[Summary]) -> str:
    beginnings = Counter(summary.id[:_SHORT] for summary in summaries)
    ids = [summary.id[:_SHORT] if beginnings[summary.id[:_SHORT]] == 1 else summary.id for summary in summaries]
    width = max(map(len, ids))
    return "\n".join(
        f"{short:<{width}}  {summary.updated.astimezone():%Y-%m-%d %H:%M}  {summary.messages:>5}  "
        f"{'(pinned) ' if summary.pinned else ''}{summary.title or '(no title)'}"
        for short, summary in zip(ids, summaries, strict=True)
    )


def _forget_writing(places: Places, name: str) -> None:
    """The draft of the session, and what was said in it, go with it."""
    Drafts(places.state / "drafts").save(name, Draft())
    History(places.state / "history.jsonl").forget(name)


def _named(shelf: Shelf, name: str) -> str:
    with shelf.open(name, writable=False) as journal:
        return f"“{journal.title}” ({name})" if journal.title else name

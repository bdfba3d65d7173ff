"""`localgpt-tui heartbeat`: what the assistant does by itself, seen, run, tried and paused."""

import asyncio
from dataclasses import asdict
from datetime import datetime, tzinfo

import click

from localgpt_tui.config.times import duration, in_words
from localgpt_tui.consent import Consent
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.heartbeat import Heartbeat
from localgpt_tui.ledger import HEARTBEAT, Row
from localgpt_tui.paths import Places
from localgpt_tui.safety.terminal import printable, printable_json
from localgpt_tui.schedule.state import State
from localgpt_tui.schedule.tasks import Task
from localgpt_tui.schedule.unattended import PERSON, Due

_FAILED = frozenset({"failed", "timed out", "unknown"})


@click.group()
def heartbeat() -> None:
    """See what the assistant does by itself, run it, pause it."""


@heartbeat.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def status(places: Places, as_json: bool) -> int:
    """Say how the heartbeat is, and when the next beat is due. The exit status is 1 where it is late."""
    heart = Heartbeat.open(places)
    state = heart.state()
    if as_json:
        click.echo(printable_json(_record(state)))
    else:
        click.echo(printable("\n".join(summary(heart, state))))
    return int(state.mood == "late")


@heartbeat.command()
@click.pass_obj
def tasks(places: Places) -> None:
    """List the tasks of HEARTBEAT.md as they are understood, and what came of each last."""
    heart = Heartbeat.open(places)
    plan = heart.plan()
    last = {tried.key: tried.result for row in heart.ledger.rows() for tried in row.tasks}
    lines = [_task(task, heart.clock(), heart.settings.zone, last.get(task.key, "")) for task in plan.tasks]
    click.echo(printable("\n".join(lines) or "There is no task in HEARTBEAT.md."))


@heartbeat.command()
@click.option("-n", "--number", default=20, show_default=True, help="How many rows.")
@click.option("--job", default="", help="Only those of one job.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.pass_obj
def log(places: Places, number: int, job: str, as_json: bool) -> None:
    """Print what ran by itself, the newest last."""
    heart = Heartbeat.open(places)
    rows = [row for row in heart.ledger.rows() if not job or row.job == job][-number:]
    for row in rows:
        told = printable_json(asdict(row)) if as_json else line(row, heart.settings.zone)
        click.echo(printable(told))


@heartbeat.command()
@click.pass_obj
def run(places: Places) -> int:
    """Make a beat now, here, and print what came of it."""
    return run_here(places, Heartbeat.open(places).by_hand())


@heartbeat.command("dry-run")
@click.pass_obj
def dry_run(places: Places) -> None:
    """Print what a beat would ask now: tasks, tools and prompt. No model is asked, nothing is changed."""
    from localgpt_tui.frontends.beats import rehearse  # noqa: PLC0415 - the group's help needs no assistant

    found = asyncio.run(rehearse(places, _tell))
    parts = [f"Model: {found.model}" + (f" ({found.waits})" if found.waits else "")]
    parts += [f"Left: {tried.title} ({tried.result})" for tried in found.look.passed]
    if not found.look.tasks:
        parts.append("No model would be asked: no task is due that has news.")
    else:
        parts.append("Tasks: " + ", ".join(task.title for task in found.look.tasks))
        parts.append("Tools: " + ", ".join(tool.name for tool in found.request.tools))
        parts += ["", found.request.system, "", found.request.tail, "", found.look.prompt]
    click.echo(printable("\n".join(parts)))


@heartbeat.command()
@click.argument("length", default="1h")
@click.pass_obj
def pause(places: Places, length: str) -> None:
    """Make no beats and run no jobs for LENGTH, such as 1h or 2d."""
    try:
        until = Heartbeat.open(places).pause(duration(length))
    except ValueError as error:
        raise click.UsageError(f"{length}: {error}.") from error
    click.echo(f"Paused until {until.astimezone():%Y-%m-%d %H:%M}. `localgpt-tui heartbeat resume` ends it.")


@heartbeat.command()
@click.pass_obj
def resume(places: Places) -> None:
    """End a pause."""
    Heartbeat.open(places).resume()
    click.echo("The heartbeat goes on.")


@heartbeat.command()
@click.pass_obj
def allow(places: Places) -> None:
    """Let beats and jobs send text to the model they use, with nobody watching."""
    from localgpt_tui.frontends.beats import destination_of_beats  # noqa: PLC0415 - the group's help needs no assistant
    from localgpt_tui.heartbeat.outside import permission  # noqa: PLC0415

    chosen = asyncio.run(destination_of_beats(places, _tell))
    if not chosen.destination:
        click.echo(f"{chosen.model} answers on this machine: nothing has to be allowed.")
        return
    Consent(places.state / "consent.json").allow(permission(chosen.destination))
    click.echo(f"Beats and jobs may send text to {chosen.destination}.")


@heartbeat.command(hidden=True)
@click.option("--job", default=HEARTBEAT)
@click.option("--due", required=True, type=datetime.fromisoformat)
@click.option("--trigger", default="schedule")
@click.option("--missed", default=0)
@click.option("--put-off", default="")
@click.pass_obj
def beat(  # noqa: PLR0917 - click hands its parameters over by name
    places: Places, job: str, due: datetime, trigger: str, missed: int, put_off: str
) -> int:
    """Run one thing that is due: what the schedule starts."""
    return run_here(places, Due(job, due, trigger, missed, put_off))


def run_here(places: Places, due: Due) -> int:
    """Run `due` in this process and print what came of it; the exit status is 1 where it failed."""
    from localgpt_tui.frontends.beats import run_due  # noqa: PLC0415 - the group's help needs no assistant

    try:
        row = asyncio.run(run_due(places, due, _tell))
    except asyncio.CancelledError:
        raise LocalGPTError("It was stopped; the ledger says so.") from None
    if row is None:
        click.echo("It was not run: another program has done it, or it waits until you are less busy.")
        return 0
    click.echo(printable(line(row, Heartbeat.open(places).settings.zone)))
    for tried in row.tasks:
        click.echo(printable(f"  {tried.title}: {tried.result or 'not begun'}"))
    if row.claims and due.trigger == PERSON:
        click.echo(printable(f"\n{row.claims}"))
    return int(row.outcome in _FAILED)


def summary(heart: Heartbeat, state: State) -> list[str]:
    """The state in a few lines."""
    zone = heart.settings.zone
    lines = [f"Heartbeat: {state.mood}. {state.words}"]
    if state.next:
        wait = state.next - heart.clock()
        when = f"in {in_words(wait)}" if wait.total_seconds() > 0 else "now"
        lines.append(f"Next beat: {state.next.astimezone(zone):%Y-%m-%d %H:%M}, {when}.")
    if state.last:
        lines.append(f"Last: {line(state.last, zone)}")
    budget = heart.settings.budget
    lines.append(
        f"Today: {state.today.tokens:,} of {budget.tokens_a_day:,} tokens, "
        f"${state.today.dollars:.2f} of ${budget.dollars_a_day:.2f}."
    )
    lines.append(f"{heart.kept.words.capitalize()}.")
    return lines + [f"Needs you: {need}" for need in state.needs]


def line(row: Row, zone: tzinfo) -> str:
    """A row on one line."""
    used = f", {row.tokens:,} tokens" if row.asked_a_model else ""
    used += f", ${row.money:.4f}" if row.money else ""
    what = row.reason or (row.claims.strip().splitlines() or [""])[0]
    what += f" (late: {row.put_off})" if row.put_off else ""
    return f"{row.started.astimezone(zone):%Y-%m-%d %H:%M:%S}  {row.job}  {row.outcome}{used}  {what}".rstrip()


def _task(task: Task, now: datetime, zone: tzinfo, last: str) -> str:
    when = f" {task.due.astimezone(zone):%Y-%m-%d %H:%M}" if task.due else ""
    more = [f"again {task.recurring.text}"] if task.recurring else []
    more += [f"when {check.text}" for check in task.checks]
    more += [f"done when {task.proof.text}"] if task.proof else []
    more += [*task.problems, *([f"last {last}"] if last else [])]
    return f"{task.standing(now, zone):8}{when:17} {task.title}" + (f" ({'; '.join(more)})" if more else "")


def _record(state: State) -> dict[str, object]:
    return {**asdict(state), "late_by": state.late_by.total_seconds()}


def _tell(text: str) -> None:
    click.echo(printable(text), err=True)

"""`localgpt-tui cron`: jobs at fixed times."""

import click

from localgpt_tui.cli.heartbeat import run_here
from localgpt_tui.config.jobs import add_job, enable_job, remove_job
from localgpt_tui.config.times import duration
from localgpt_tui.heartbeat import Heartbeat
from localgpt_tui.paths import Places
from localgpt_tui.safety.terminal import printable
from localgpt_tui.schedule.settings import Job
from localgpt_tui.schedule.timing import timing


@click.group()
def cron() -> None:
    """Jobs at fixed times: each is a prompt that goes to a model, in a session of its own."""


@cron.command("list")
@click.pass_obj
def list_(places: Places) -> None:
    """List the jobs, when they are due next, and how they ended last."""
    heart = Heartbeat.open(places)
    if not heart.settings.jobs:
        click.echo("There are no jobs. `localgpt-tui cron add` makes one.", err=True)
    for job in heart.settings.jobs:
        click.echo(printable(_line(heart, job)))


@cron.command()
@click.argument("name")
@click.argument("schedule")
@click.argument("prompt")
@click.option("-m", "--model", default="", help="The model; by default that of the heartbeat.")
@click.option("--timeout", default="10m", show_default=True, help="The longest it may take.")
@click.option(
    "--output",
    default="inbox",
    show_default=True,
    help="Where its answer goes: inbox, “file PATH”, “session ID”, “command PROGRAM …”.",
)
@click.pass_obj
def add(  # noqa: PLR0917 - click hands its parameters over by name
    places: Places, name: str, schedule: str, prompt: str, model: str, timeout: str, output: str
) -> None:
    """Add the job NAME: at SCHEDULE, PROMPT goes to a model.

    SCHEDULE is five cron fields, “every 2h”, or “at 2026-12-01 09:00”.
    """
    heart = Heartbeat.open(places)
    try:
        found = timing(schedule, heart.settings.zone)
        duration(timeout)
    except ValueError as error:
        raise click.UsageError(f"{error}.") from error
    if output.partition(" ")[0] not in {"inbox", "file", "session", "command"}:
        raise click.UsageError("An output is inbox, “file PATH”, “session ID” or “command PROGRAM …”.")
    if name == "heartbeat":
        raise click.UsageError("No job can be called heartbeat.")
    job: dict[str, object] = {"name": name, "schedule": schedule, "prompt": prompt}
    usual = {"model": "", "timeout": "10m", "output": "inbox"}
    given = {"model": model, "timeout": timeout, "output": output}
    add_job(places, job | {key: value for key, value in given.items() if value != usual[key]})
    heart.reload()
    heart.bookmarks.jobs_since({one.name: one.schedule for one in heart.settings.jobs}, heart.clock())
    following = found.after(heart.clock())
    when = f"{following.astimezone(heart.settings.zone):%Y-%m-%d %H:%M}" if following else "never: that time has passed"
    click.echo(printable(f"{name}: {found.words}. Next: {when}."))


@cron.command()
@click.argument("name")
@click.pass_obj
def remove(places: Places, name: str) -> None:
    """Remove the job NAME."""
    remove_job(places, name)
    click.echo(printable(f"{name} is removed."))


@cron.command()
@click.argument("name")
@click.pass_obj
def enable(places: Places, name: str) -> None:
    """Let the job NAME run again."""
    enable_job(places, name, on=True)
    click.echo(printable(f"{name} runs."))


@cron.command()
@click.argument("name")
@click.pass_obj
def disable(places: Places, name: str) -> None:
    """Keep the job NAME, but let it run no longer."""
    enable_job(places, name, on=False)
    click.echo(printable(f"{name} runs no longer."))


@cron.command()
@click.argument("name")
@click.pass_obj
def run(places: Places, name: str) -> int:
    """Run the job NAME now, and print what came of it."""
    return run_here(places, Heartbeat.open(places).by_hand(name))


def _line(heart: Heartbeat, job: Job) -> str:
    last = heart.ledger.last(job.name)
    ended = f"; last {last.outcome} {last.started.astimezone(heart.settings.zone):%Y-%m-%d %H:%M}" if last else ""
    if job.timing is None:
        return f"{job.name}: it never runs. {job.problem}"
    following = job.timing.after(heart.clock()) if job.enabled else None
    when = f"next {following.astimezone(heart.settings.zone):%Y-%m-%d %H:%M}" if following else "no next time"
    return f"{job.name}: {job.timing.words}; {when if job.enabled else 'disabled'}{ended}. To: {job.output}."

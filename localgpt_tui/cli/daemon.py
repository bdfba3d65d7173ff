"""`localgpt-tui daemon`: the schedule without an open app."""

import asyncio
from typing import TYPE_CHECKING

import click

from localgpt_tui.cli.heartbeat import run_here, summary
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.heartbeat import Heartbeat
from localgpt_tui.paths import Places
from localgpt_tui.safety.terminal import printable

if TYPE_CHECKING:
    from localgpt_tui.frontends.units import Unit


@click.group()
def daemon() -> None:
    """Keep the schedule in the background, without the app."""


@daemon.command()
@click.option("-f", "--foreground", is_flag=True, help="Stay in the foreground, as a service manager wants it.")
@click.pass_obj
def start(places: Places, foreground: bool) -> None:
    """Start the daemon."""
    from localgpt_tui.frontends import daemon as background  # noqa: PLC0415 - only what is asked for is loaded

    if foreground:
        asyncio.run(background.serve(places))
        return
    click.echo(f"The daemon runs, as process {background.start(places).pid}.")


@daemon.command()
@click.pass_obj
def stop(places: Places) -> None:
    """End the daemon, and what it runs."""
    from localgpt_tui.frontends import daemon as background  # noqa: PLC0415

    ended = background.stop(places)
    click.echo(f"The daemon has ended; it was process {ended.pid}." if ended else "No daemon runs.")


@daemon.command()
@click.pass_obj
def restart(places: Places) -> None:
    """End the daemon and start it again."""
    from localgpt_tui.frontends import daemon as background  # noqa: PLC0415

    background.stop(places)
    click.echo(f"The daemon runs, as process {background.start(places).pid}.")


@daemon.command()
@click.pass_obj
def reload(places: Places) -> None:
    """Let the daemon read the configuration again; its log says what has changed."""
    from localgpt_tui.frontends import daemon as background  # noqa: PLC0415

    running = background.reread(places)
    click.echo(f"Process {running.pid} reads it again." if running else "No daemon runs.")


@daemon.command()
@click.pass_obj
def status(places: Places) -> int:
    """Say whether the daemon runs and how the heartbeat is; the exit status is 1 where no daemon runs or it is late."""
    heart = Heartbeat.open(places)
    state, running = heart.state(), heart.daemon.running
    click.echo(f"The daemon runs, as process {running.pid}." if running else "No daemon runs.")
    click.echo(printable("\n".join(summary(heart, state))))
    return int(running is None or state.mood == "late")


@daemon.command()
@click.pass_obj
def heartbeat(places: Places) -> int:
    """Make a beat now, here, and print what came of it."""
    return run_here(places, Heartbeat.open(places).by_hand())


@daemon.command()
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def install(places: Places, yes: bool) -> None:
    """Show a unit that starts the daemon with your session, and write it."""
    unit = _unit(places)
    click.echo(printable(f"{unit.path}:\n\n{unit.text}"))
    if not yes:
        click.confirm("Write it?", abort=True)
    unit.write()
    click.echo(printable(f"Written. To switch it on:\n  {unit.enable}\n{unit.remark}".rstrip()))


@daemon.command()
@click.pass_obj
def uninstall(places: Places) -> None:
    """Remove that unit."""
    unit = _unit(places)
    if not unit.path.exists():
        click.echo(printable(f"There is no {unit.path}."))
        return
    try:
        unit.path.unlink()
    except OSError as error:
        raise LocalGPTError(f"{unit.path} cannot be removed: {error.strerror or error}.") from error
    click.echo(printable(f"{unit.path} is removed. If it was switched on:\n  {unit.disable}"))


def _unit(places: Places) -> "Unit":
    from localgpt_tui.frontends.units import unit_for  # noqa: PLC0415

    return unit_for(places)

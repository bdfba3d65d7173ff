"""The command line: what was asked for is found, imported and started, and errors become an exit status."""

import os
import sys
from collections.abc import Sequence

import click

from localgpt_tui import __version__
from localgpt_tui.cli.lazy import Deferred, DeferredGroup
from localgpt_tui.cli.quiet import switch_telemetry_off
from localgpt_tui.core.errors import ConfigError, LocalGPTError, ProviderError

PROGRAM = "localgpt-tui"

FAILED, USAGE, PROVIDER, INTERRUPTED = 1, 2, 3, 130


class _Commands(DeferredGroup):
    table = {  # noqa: RUF012 - a constant, typed where it is declared
        "chat": Deferred("localgpt_tui.cli.chat:chat", "Open the app and talk."),
        "ask": Deferred("localgpt_tui.cli.ask:ask", "Ask one question and print the answer."),
        "session": Deferred("localgpt_tui.cli.session:session", "List, show, export and tidy conversations."),
        "memory": Deferred(
            "localgpt_tui.cli.memory:memory",
            "Search what is remembered, look after its index, and take changes back.",
        ),
        "import": Deferred(
            "localgpt_tui.cli.import_:import_",
            "Bring in the Markdown of PATH: a workspace of OpenClaw or LocalGPT, a folder of notes, or one file.",
        ),
        "config": Deferred("localgpt_tui.cli.config:config", "Look at the configuration and change it."),
        "paths": Deferred("localgpt_tui.cli.paths:paths", "Say where everything is kept, and why there."),
        "doctor": Deferred("localgpt_tui.cli.doctor:doctor", "Check what is set up and say how to fix the rest."),
        "backup": Deferred(
            "localgpt_tui.cli.backup:backup", "Put everything that is kept into one FILE, a zip archive."
        ),
        "restore": Deferred("localgpt_tui.cli.backup:restore", "Bring back what the backup FILE holds."),
        "erase": Deferred(
            "localgpt_tui.cli.backup:erase",
            "Delete everything that is kept here: sessions, settings, logs, backups, caches.",
        ),
        "approvals": Deferred(
            "localgpt_tui.cli.approvals:approvals",
            "Say what a command would be asked about, and answer what waits.",
        ),
        "audit": Deferred(
            "localgpt_tui.cli.audit:audit", "Show what tools were asked to do, and check that the log of it is whole."
        ),
        "policy": Deferred("localgpt_tui.cli.policy:policy", "Show the policy of the workspace as it is used."),
        "sandbox": Deferred(
            "localgpt_tui.cli.sandbox:sandbox", "Say what holds in the commands that the assistant runs, and try it."
        ),
        "heartbeat": Deferred(
            "localgpt_tui.cli.heartbeat:heartbeat", "See what the assistant does by itself, run it, pause it."
        ),
        "cron": Deferred(
            "localgpt_tui.cli.cron:cron",
            "Jobs at fixed times: each is a prompt that goes to a model, in a session of its own.",
        ),
        "daemon": Deferred("localgpt_tui.cli.daemon:daemon", "Keep the schedule in the background, without the app."),
        "completion": Deferred("localgpt_tui.cli.completion:completion", "Print a script that completes commands."),
    }


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit status: 0 done, 1 failed, 2 bad usage or configuration, 3 no answer from the model.",
)
@click.option("-c", "--config", metavar="PATH", help="The configuration file.  [env: LOCALGPT_CONFIG]")
@click.option("-p", "--profile", metavar="NAME", help="Keep everything apart under NAME.  [env: LOCALGPT_PROFILE]")
@click.option("-a", "--agent", metavar="NAME", help="Whose conversations.  [env: LOCALGPT_AGENT; default: main]")
@click.option("-v", "--verbose", is_flag=True, help="Write more to the log.  [env: LOCALGPT_LOG_LEVEL=debug]")
@click.version_option(__version__, "-V", "--version", prog_name=PROGRAM, message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context, config: str | None, profile: str | None, agent: str | None, *, verbose: bool) -> None:
    """A local-first AI assistant that lives in the terminal.

    Without a command it opens the app, as `chat` does.
    """
    from localgpt_tui.paths import find_places  # noqa: PLC0415 - only a command needs to know places

    chosen = {
        "LOCALGPT_CONFIG": os.path.abspath(os.path.expanduser(config)) if config else None,  # noqa: PTH100, PTH111
        "LOCALGPT_PROFILE": profile,
        "LOCALGPT_AGENT": agent,
        "LOCALGPT_LOG_LEVEL": "debug" if verbose else None,
    }
    os.environ.update({variable: value for variable, value in chosen.items() if value is not None})
    ctx.obj = find_places()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `localgpt-tui` with `arguments` (by default the program's own) and leave with its exit status."""
    switch_telemetry_off()
    sys.exit(status_of(cli, arguments))


def status_of(command: click.Command, arguments: Sequence[str] | None = None) -> int:
    """Run `command` and turn what comes of it into an exit status; what went wrong is told on stderr."""
    try:
        outcome = command.main(args=arguments, prog_name=PROGRAM, standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        return _reader_has_gone()
    except LocalGPTError as error:
        _tell(error.message, error.advice)
        return _status_for(error)
    except Exception as error:  # noqa: BLE001 - the last boundary: an unexpected error is kept and told
        _tell(f"Something went wrong inside {PROGRAM}: {type(error).__name__}.", _kept(error))
        return FAILED
    return outcome if isinstance(outcome, int) else 0


def _status_for(error: LocalGPTError) -> int:
    match error:
        case ConfigError():
            return USAGE
        case ProviderError():
            return PROVIDER
        case _:
            return FAILED


def _tell(message: str, advice: str) -> None:
    from localgpt_tui.safety.terminal import printable  # noqa: PLC0415 - only errors pay for it

    for text in filter(None, (message, advice)):
        click.echo(printable(text), err=True)


def _kept(error: Exception) -> str:
    from localgpt_tui.crashes import keep_crash  # noqa: PLC0415 - only errors pay for it
    from localgpt_tui.paths import find_places  # noqa: PLC0415

    try:
        return keep_crash(find_places(), error)
    except ConfigError as problem:
        return f"No report of it could be kept: {problem}"


def _reader_has_gone() -> int:
    """`… | head` is no error worth a word; Python must not try to write what is left when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAILED

"""`localgpt-tui chat`: the app, or a conversation line by line."""

import gc
import io
import os
import sys

import click

from localgpt_tui.core.errors import ConfigError
from localgpt_tui.paths import Places


@click.command()
@click.option("-m", "--model", metavar="NAME", default="", help="The model that answers; naming it allows it.")
@click.option("-s", "--session", metavar="ID", default="", help="Go on with the session whose id begins with ID.")
@click.option("--resume", is_flag=True, help="Go on with the session used last.")
@click.option("--incognito", is_flag=True, help="Neither recall nor remember; nothing of it reaches the disk.")
@click.option("--plain", is_flag=True, help="Line by line, for dumb terminals and screen readers.")
@click.pass_obj
def chat(  # noqa: PLR0917 - click hands its parameters over by name
    places: Places, model: str, session: str, resume: bool, incognito: bool, plain: bool
) -> int:
    """Open the app and talk.

    On a terminal that cannot place text (TERM=dumb) the conversation is line by line, as with --plain.
    """
    if session and resume:
        raise click.UsageError("--session and --resume exclude each other: which session is it?")
    if incognito and (session or resume):
        raise click.UsageError("--incognito is a session of its own: leave --session and --resume out.")
    if plain or (_on_a_terminal() and os.environ.get("TERM", "dumb") in {"", "dumb"}):
        return _line_by_line(places, model, session, resume=resume, incognito=incognito)
    if not _on_a_terminal():
        raise ConfigError(
            "The app needs a terminal, and this is none.",
            "`localgpt-tui chat --plain` talks line by line, `localgpt-tui ask` answers one question.",
        )
    gc.disable()  # until the first frame: nearly all that is made before it stays
    from localgpt_tui.ui.app import LocalGPTApp  # noqa: PLC0415 - Textual is loaded only where there is a screen

    app = LocalGPTApp(places, session=session, resume=resume, model=model, incognito=incognito)
    app.run()
    if app.unattended is not None:
        app.unattended.finish()
    return app.return_code or 0


def _line_by_line(places: Places, model: str, session: str, *, resume: bool, incognito: bool) -> int:
    import asyncio  # noqa: PLC0415 - the same

    from localgpt_tui.frontends import plain  # noqa: PLC0415 - the app does without it

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a letter still shows the rest
    wish = plain.Wish(session=session, resume=resume, model=model, incognito=incognito)
    return asyncio.run(plain.chat(places, wish, stdin=sys.stdin.fileno()))


def _on_a_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()

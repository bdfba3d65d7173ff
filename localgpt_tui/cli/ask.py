"""`localgpt-tui ask`: one question, one answer."""

import asyncio
import io
import sys

import click

from localgpt_tui.frontends import oneshot
from localgpt_tui.frontends.piped import whole_question
from localgpt_tui.paths import Places


@click.command()
@click.argument("question", nargs=-1)
@click.option("-m", "--model", metavar="NAME", default="", help="The model that answers; naming it allows it.")
@click.option("-s", "--session", metavar="ID", default="", help="Go on with the session whose id begins with ID.")
@click.option("--resume", is_flag=True, help="Go on with the session used last.")
@click.option("--incognito", is_flag=True, help="Neither recall nor remember; nothing of it reaches the disk.")
@click.option("--json", "as_json", is_flag=True, help="Print events, one JSON object a line.")
@click.option("-v", "--verbose", is_flag=True, help="Tell on stderr what happens, also where nobody watches.")
@click.pass_obj
def ask(  # noqa: PLR0917 - click hands its parameters over by name
    places: Places,
    question: tuple[str, ...],
    model: str,
    session: str,
    resume: bool,
    incognito: bool,
    as_json: bool,
    verbose: bool,
) -> int:
    """Ask one question and print the answer.

    What is piped in follows the QUESTION; a QUESTION of - is only what is piped in. The answer goes to stdout, all else
    to stderr. Question and answer are kept as a session.
    """
    if session and resume:
        raise click.UsageError("--session and --resume exclude each other: which session is it?")
    if incognito and (session or resume):
        raise click.UsageError("--incognito is a session of its own: leave --session and --resume out.")
    wish = oneshot.Wish(
        question=whole_question(" ".join(question), sys.stdin.fileno()),
        session=session,
        resume=resume,
        model=model,
        incognito=incognito,
        json=as_json,
        verbose=verbose,
    )
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a letter still shows the rest
    return asyncio.run(oneshot.ask(places, wish))

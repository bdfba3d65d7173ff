"""`localgpt-tui config`: the configuration, looked at, changed and tested."""

import sys
from collections.abc import Mapping

import click

from localgpt_tui.config import Config, load_config
from localgpt_tui.config.edit import set_value, write_template
from localgpt_tui.config.keys import is_secret, parsed
from localgpt_tui.config.show import as_json, as_toml, value_of
from localgpt_tui.paths import Places
from localgpt_tui.safety.terminal import printable


@click.group()
def config() -> None:
    """Look at the configuration and change it."""


@config.command()
@click.option("-f", "--force", is_flag=True, help="Replace a file that is there; it is kept under another name.")
@click.pass_obj
def init(places: Places, force: bool) -> None:
    """Write a commented file with every key and its default."""
    kept = write_template(places, force=force)
    click.echo(f"Written: {places.config_file}")
    if kept:
        click.echo(f"The file that was there is now {kept}")


@config.command()
@click.option("-f", "--format", "style", type=click.Choice(["toml", "json"]), default="toml", show_default=True)
@click.pass_obj
def show(places: Places, style: str) -> None:
    """Print every key with the value in force; secrets are shown as ***."""
    loaded = _load(places)
    if style == "json":
        click.echo(as_json(loaded))
        return
    there = "" if places.config_file.exists() else " (not there: every key has its default)"
    click.echo(f"# {places.config_file}{there}\n# workspace: {places.workspace}\n")
    click.echo(printable(as_toml(loaded)), nl=False)


@config.command()
@click.argument("key")
@click.pass_obj
def get(places: Places, key: str) -> None:
    """Print what KEY holds, such as agent.default_model or agent.aliases."""
    click.echo(printable(value_of(_load(places), key)))


@config.command("set", context_settings={"ignore_unknown_options": True})
@click.argument("key")
@click.argument("value")
@click.pass_obj
def set_(places: Places, key: str, value: str) -> None:
    """Write VALUE for KEY into the file; comments and order stay.

    VALUE is a TOML value, such as 4096, true or '["sonnet", "gpt"]', or plain words for a key that holds text. A VALUE
    of - is read from standard input, so that a secret need not stand in the shell's history.
    """
    set_value(places, key, _from_input(key) if value == "-" else value)
    for warning in load_config(places).warnings:
        _warn(warning)


@config.command()
@click.pass_obj
def path(places: Places) -> None:
    """Print where the file is, or would be."""
    click.echo(places.config_file)


@config.command()
@click.pass_obj
def check(places: Places) -> None:
    """Test the file and say what is wrong with it."""
    loaded = load_config(places)
    warnings = [*loaded.warnings, *_key_conflicts(loaded.config.ui.keys)]
    for warning in warnings:
        click.echo(printable(warning))
    if not places.config_file.exists():
        click.echo(f"{places.config_file} is not there: every key has its default.")
    else:
        click.echo(f"{places.config_file} can be used{', with the warnings above' if warnings else ''}.")


def _key_conflicts(keys: Mapping[str, str]) -> list[str]:
    if not keys:
        return []
    from localgpt_tui.ui.keys import conflicts  # noqa: PLC0415 - the whole screen, for those who changed its keys

    return conflicts(keys)


def _load(places: Places) -> Config:
    loaded = load_config(places)
    for warning in loaded.warnings:
        _warn(warning)
    return loaded.config


def _warn(warning: str) -> None:
    click.echo(f"Warning: {printable(warning)}", err=True)


def _from_input(key: str) -> str:
    if sys.stdin.isatty():
        return str(click.prompt(key, hide_input=is_secret(parsed(key))))
    return sys.stdin.read().rstrip("\r\n")

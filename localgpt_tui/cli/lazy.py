"""Commands that are imported when they are started, so that `--help` costs nothing."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass

import click
from click.shell_completion import CompletionItem


@dataclass(frozen=True, slots=True)
class Deferred:
    """Where a command is, and its line in the list of commands."""

    target: str
    help: str

    def load(self) -> click.Command:
        """Import the command."""
        module, _, attribute = self.target.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{self.target} is no command")
        return command


class DeferredGroup(click.Group):
    """A group whose commands stand in a table; without a command it starts the first one."""

    table: Mapping[str, Deferred] = {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, in the order of the table."""
        del ctx
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command `cmd_name`, if there is one."""
        del ctx
        deferred = self.table.get(cmd_name)
        return deferred.load() if deferred else None

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that was named, or the first of the table."""
        if not ctx.args and not ctx._protected_args:  # noqa: SLF001 - click has no public name for what is left
            ctx._protected_args = [next(iter(self.table))]  # noqa: SLF001
        return super().invoke(ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing one."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, deferred.help) for name, deferred in self.table.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the names of commands without importing one."""
        names = [
            CompletionItem(name, help=deferred.help)
            for name, deferred in self.table.items()
            if name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)

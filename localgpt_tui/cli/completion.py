"""`localgpt-tui completion`: the script that teaches a shell our commands."""

import click
from click.shell_completion import get_completion_class

_WHERE = {
    "bash": 'eval "$(localgpt-tui completion bash)"   in ~/.bashrc',
    "zsh": 'eval "$(localgpt-tui completion zsh)"   in ~/.zshrc, after compinit',
    "fish": "localgpt-tui completion fish | source   in ~/.config/fish/config.fish",
}


@click.command(epilog="\b\nTo switch it on, put one line into your shell's file:\n  " + "\n  ".join(_WHERE.values()))
@click.argument("shell", type=click.Choice(list(_WHERE)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print a script that completes commands."""
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"There is no completion for {shell}.")
    root = ctx.find_root()
    program = root.info_name or "localgpt-tui"
    variable = f"_{program.replace('-', '_').upper()}_COMPLETE"
    click.echo(kind(root.command, {}, program, variable).source())

"""From bounds to a running command: what it reaches, what it sees, and a folder of its own."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from localgpt_tui.safety.sandbox.bounds import Bounds, SandboxError, check, real
from localgpt_tui.safety.sandbox.confined import Confined
from localgpt_tui.safety.sandbox.descendants import born
from localgpt_tui.safety.sandbox.environment import environment
from localgpt_tui.safety.sandbox.limits import limited
from localgpt_tui.safety.sandbox.mechanisms import Mechanism, Order
from localgpt_tui.safety.sandbox.reach import Reach, reach

PRIVATE = "localgpt-"


def start(
    mechanism: Mechanism,
    argv: Sequence[str],
    bounds: Bounds,
    *,
    stdout: int,
    stderr: int,
    env: Mapping[str, str] | None = None,
    own: Mapping[str, str] = os.environ,
) -> Confined:
    """Start `argv` by `mechanism` within `bounds`; see `Sandbox.start`.

    Args:
        own: this program's own environment.

    Raises:
        SandboxError: it was not started.
    """
    home = home_of(own)
    check(bounds, home)
    mark = secrets.token_hex(16)
    private = real(Path(tempfile.mkdtemp(prefix=PRIVATE)))
    try:
        order = Order(
            argv=limited(argv, bounds),
            folder=bounds.folder,
            reach=(reached := reach(bounds, home=home, private=private, path=own.get("PATH", ""))),
            environment=environment(
                own, private=private, mark=mark, git_settings=_git_settings(home, reached, mechanism), more=env
            ),
            home=home,
            stdout=stdout,
            stderr=stderr,
        )
        process = born(lambda: mechanism.start(order), mark)
    except OSError as error:
        shutil.rmtree(private, ignore_errors=True)
        why = error.strerror or str(error)
        advice = "`localgpt-tui sandbox test` shows what works here."
        raise SandboxError(f"The command was not started: it could not be confined ({why}).", advice) from error
    return Confined(process, mark=mark, private=private)


def home_of(own: Mapping[str, str]) -> Path:
    """The person's home folder."""
    named = own.get("HOME", "")
    return Path(named) if named.startswith("/") else Path("~").expanduser()


def _git_settings(home: Path, reached: Reach, mechanism: Mechanism) -> bool:
    """Whether git finds the person's settings readable, or finds none: it ends where it finds them closed."""
    file = home / ".gitconfig"
    return mechanism.tier == "none" or not file.exists() or reached.reads(real(file))

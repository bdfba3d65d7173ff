"""Opening an address outside the app: which may be opened, where it really leads, and with what."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.safety.terminal import printable

OPENED = frozenset({"http", "https", "mailto"})
"""The schemes that are opened; an address of any other kind may start whatever program is registered for it."""

_SETTLES = 2.0  # seconds after which an opener that still runs counts as one that works
_NEEDS_TERMINAL = frozenset({"w3m", "lynx", "links", "links2", "elinks", "www-browser", "browsh"})


@dataclass(frozen=True, slots=True)
class Destination:
    """Where an address leads.

    Attributes:
        address: what is opened and copied; the host in it as the network knows it.
        host: where it leads, with foreign letters as punycode; of a mail, whom it goes to.
        remarks: what a person should know before they follow it.
        why_not: why it is not opened; empty where it may be.
    """

    address: str
    host: str = ""
    remarks: tuple[str, ...] = ()
    why_not: str = ""


def destination(address: str) -> Destination:
    """Take `address`, as somebody wrote it, apart."""
    clean = "".join(printable(address).split())
    try:
        parts = urlsplit(clean)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return Destination(clean, why_not="It is no address that a browser understands.")
    if parts.scheme not in OPENED:
        kind = f"{parts.scheme}: addresses" if parts.scheme else "addresses without http:// or https://"
        return Destination(clean, host, why_not=f"Only web and mail addresses are opened, no {kind}.")
    if parts.scheme == "mailto":
        return Destination(clean, parts.path)
    try:
        ascii_host = host if ":" in host else host.encode("idna").decode()
    except UnicodeError:
        ascii_host = ""
    if not ascii_host:
        return Destination(clean, host, why_not="It names no host that can exist.")
    remarks = []
    if ascii_host != host:
        remarks.append(f"It is written {host}, with letters that may pass for others.")
    elif any(label.startswith("xn--") for label in ascii_host.split(".")):
        remarks.append("The host has letters from outside the Latin alphabet.")
    if parts.username is not None:
        remarks.append("What stands before the @ is a name for signing in, not where it leads.")
    if clean != "".join(address.split()):
        remarks.append("Signs that cannot be seen were left out of it.")
    shown = f"[{ascii_host}]" if ":" in ascii_host else ascii_host
    sign_in, at, _ = parts.netloc.rpartition("@")
    place = f"{sign_in}{at}{shown}{f':{port}' if port is not None else ''}"
    return Destination(urlunsplit(parts._replace(netloc=place)), ascii_host, tuple(remarks))


@dataclass(frozen=True, slots=True)
class Opener:
    """A program that opens addresses; `why_not` says why there is none."""

    command: tuple[str, ...] = ()
    why_not: str = ""

    @property
    def name(self) -> str:
        """What a person calls it."""
        return Path(self.command[0]).name if self.command else ""


def find_opener(environ: Mapping[str, str] = os.environ, *, platform: str = sys.platform) -> Opener:
    """The person's own $BROWSER, else what the system opens addresses with, if there is a screen to open them on."""
    path = environ.get("PATH")
    for wanted in environ.get("BROWSER", "").split(os.pathsep):
        words = wanted.split()
        found = shutil.which(words[0], path=path) if words else None
        if found and Path(found).name not in _NEEDS_TERMINAL:
            return Opener((found, *words[1:]))
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        return Opener(why_not="This is another machine, reached over SSH: a browser would open there.")
    if platform == "darwin":
        names: tuple[str, ...] = ("open",)
    elif environ.get("WSL_DISTRO_NAME"):
        names = ("wslview", "xdg-open")
    elif environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"):
        names = ("xdg-open",)
    else:
        return Opener(why_not="There is no graphical screen here to open a browser on.")
    found = next(filter(None, (shutil.which(name, path=path) for name in names)), None)
    return Opener((found,)) if found else Opener(why_not=f"The program {names[0]} is not installed.")


def open_outside(address: str, opener: Opener) -> None:
    """Hand `address` to `opener`, which gets neither our terminal nor our signals; blocks for up to two seconds.

    Raises:
        LocalGPTError: it could not be started, or says that it failed.
    """
    command = [part.replace("%s", address) for part in opener.command]
    if not any("%s" in part for part in opener.command):
        command.append(address)
    nowhere = subprocess.DEVNULL
    try:
        process = subprocess.Popen(command, stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True)
    except OSError as error:
        raise LocalGPTError(
            f"{opener.name} cannot be started: {error.strerror}.", "Copy the address instead."
        ) from error
    try:
        status = process.wait(_SETTLES)
    except subprocess.TimeoutExpired:
        threading.Thread(target=process.wait, daemon=True).start()  # it is the browser itself: let it run
        return
    if status != 0:
        raise LocalGPTError(f"{opener.name} could not open it (status {status}).", "Copy the address instead.")

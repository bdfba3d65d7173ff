"""tmux between us and the terminal: how it is set, and which lines in ~/.tmux.conf would help."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from localgpt_tui.doctor.check import Check

_SECONDS = 2.0
_SLOW_ESCAPE = 50  # milliseconds of escape-time from which Esc feels late


@dataclass(frozen=True, slots=True)
class Tmux:
    """The settings that matter here, each as tmux writes it; empty where this tmux does not know it."""

    version: str = ""
    set_clipboard: str = ""
    allow_passthrough: str = ""
    focus_events: str = ""
    extended_keys: str = ""
    escape_time: str = ""
    outer: str = ""
    features: str = ""

    @property
    def colours(self) -> bool:
        """True where it passes 16 million colours on."""
        return "RGB" in self.features.split(",")


def tmux_here() -> Tmux | None:
    """How the tmux we are in is set; None where it does not answer."""
    version = _said("-V").removeprefix("tmux ")
    if not version:
        return None
    return Tmux(
        version=version,
        set_clipboard=_option("set-clipboard"),
        allow_passthrough=_option("allow-passthrough"),
        focus_events=_option("focus-events"),
        extended_keys=_option("extended-keys"),
        escape_time=_option("escape-time"),
        outer=_said("display-message", "-p", "#{client_termname}"),
        features=_said("display-message", "-p", "#{client_termfeatures}"),
    )


def tmux_checks(tmux: Tmux) -> Iterator[Check]:
    """What of the settings is in the way, with the line for ~/.tmux.conf that changes it."""
    outer = re.sub(r"[^\w.+-]", "", tmux.outer) or "xterm-256color"
    if tmux.escape_time.isdecimal() and int(tmux.escape_time) > _SLOW_ESCAPE:
        words = f"escape-time {tmux.escape_time}: Esc arrives {tmux.escape_time} ms late"
        yield Check("tmux", "warn", words, "set -s escape-time 10")
    else:
        yield Check("tmux", "ok", f"{tmux.version}, escape-time {tmux.escape_time or 'unknown'}")
    if tmux.extended_keys == "off":
        words = "extended-keys off: Shift+Enter arrives as Enter; Ctrl+J makes a new line all the same"
        yield Check("tmux", "warn", words, f"set -s extended-keys on; set -as terminal-features ',{outer}:extkeys'")
    elif tmux.extended_keys:
        yield Check("tmux", "ok", f"extended-keys {tmux.extended_keys}")
    if not tmux.colours:
        words = f"the colours of {tmux.outer or 'the terminal'} are not known to be 16 million"
        yield Check("tmux", "warn", words, f"set -as terminal-features ',{outer}:RGB'")
    focus = tmux.focus_events or "unknown"
    yield Check("tmux", "ok", f"focus-events {focus}: the bell and the mark in the title need none")


def clipboard(tmux: Tmux) -> Check:
    """Which ways a copied text can take through tmux."""
    settings = (
        f"set-clipboard {tmux.set_clipboard or 'unknown'}, allow-passthrough {tmux.allow_passthrough or 'unknown'}"
    )
    if tmux.outer.startswith("screen") or tmux.outer.startswith("tmux"):
        words = f"tmux runs inside another multiplexer ({tmux.outer}): copied text may stop there ({settings})"
        return Check("clipboard", "warn", words, "/copy file and /print always work.")
    words = f"through tmux's own buffer (load-buffer -w), which gets through with these settings ({settings})"
    fix = "" if tmux.set_clipboard == "on" else "For other programs too: set -s set-clipboard on"
    return Check("clipboard", "ok", words, fix)


def _option(name: str) -> str:
    return _said("show-options", "-gv", name)


def _said(*words: str) -> str:
    program = shutil.which("tmux")
    if program is None:
        return ""
    try:
        done = subprocess.run([program, *words], capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else ""

"""What lets the system start the daemon with the session: a systemd user unit, or a launchd agent."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.files import atomic_write
from localgpt_tui.paths import Places

_SYSTEMD = """\
[Unit]
Description=localgpt-tui: heartbeat and jobs
Documentation=man:systemd.service(5)

[Service]
Type=simple
ExecStart={command}
ExecReload=/bin/kill -HUP $MAINPID
{environment}KillMode=mixed
TimeoutStopSec=6
Restart=on-failure
RestartSec=30

[Install]
WantedBy=default.target
"""

_LAUNCHD = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>{label}</string>
  <key>ProgramArguments</key>
  <array>{arguments}</array>
  <key>EnvironmentVariables</key>
  <dict>{environment}</dict>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>
  <key>ExitTimeOut</key><integer>6</integer>
</dict>
</plist>
"""

_KEPT = ("LOCALGPT_HOME", "LOCALGPT_PROFILE", "LOCALGPT_AGENT", "LOCALGPT_CONFIG", "LOCALGPT_WORKSPACE")
_KEPT_FOLDERS = tuple(f"LOCALGPT_{kind}_DIR" for kind in ("CONFIG", "DATA", "STATE", "CACHE"))


@dataclass(frozen=True, slots=True)
class Unit:
    """A file for the system's own starter of programs.

    Attributes:
        enable, disable: what the person types to let it take effect, and no longer.
        remark: what they should know first; may be empty.
    """

    path: Path
    text: str
    enable: str
    disable: str
    remark: str = ""

    def write(self) -> None:
        """Write the file.

        Raises:
            LocalGPTError: it cannot be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            atomic_write(self.path, self.text.encode(), mode=0o644)
        except OSError as error:
            raise LocalGPTError(f"{self.path} cannot be written: {error.strerror or error}.") from error


def unit_for(places: Places, environ: Mapping[str, str] = os.environ, *, platform: str = sys.platform) -> Unit:
    """The unit for this machine, with the variables that say where things are, and no others: no key is in it."""
    kept = {name: environ[name] for name in (*_KEPT, *_KEPT_FOLDERS) if environ.get(name)}
    name = "localgpt-tui" + (f"-{places.profile}" if places.profile else "")
    command = [sys.executable, "-m", "localgpt_tui", "daemon", "start", "--foreground"]
    home = Path(environ.get("HOME") or Path.home())
    if platform == "darwin":
        return _launchd(home, name, command, kept)
    return _systemd(Path(environ.get("XDG_CONFIG_HOME") or home / ".config"), name, command, kept)


def _systemd(config: Path, name: str, command: list[str], kept: Mapping[str, str]) -> Unit:
    lines = "".join(f"Environment={_quoted(f'{key}={value}')}\n" for key, value in kept.items())
    started = " ".join(_quoted(word).replace("$", "$$") for word in command)
    text = _SYSTEMD.format(command=started, environment=lines)
    service = f"{name}.service"
    return Unit(
        config / "systemd" / "user" / service,
        text,
        f"systemctl --user daemon-reload && systemctl --user enable --now {service}",
        f"systemctl --user disable --now {service}",
        "It runs while you are logged in; `loginctl enable-linger` lets it run from the start of the machine on.",
    )


def _launchd(home: Path, name: str, command: list[str], kept: Mapping[str, str]) -> Unit:
    label = f"org.{name}.daemon"
    path = home / "Library" / "LaunchAgents" / f"{label}.plist"
    text = _LAUNCHD.format(
        label=escape(label),
        arguments="".join(f"<string>{escape(word)}</string>" for word in command),
        environment="".join(f"<key>{escape(key)}</key><string>{escape(value)}</string>" for key, value in kept.items()),
    )
    return Unit(
        path,
        text,
        f"launchctl load -w {path}",
        f"launchctl unload -w {path}",
        "This has not been tried on macOS yet: tell us whether it works.",
    )


def _quoted(word: str) -> str:
    """A word as systemd reads it: quoted, its own specifiers switched off."""
    safe = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{safe}"' if any(letter in safe for letter in " \t\"'\\;") else safe

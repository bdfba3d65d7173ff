"""All checks in their order, and the few things that can be put right without asking."""

import os
import shutil
from collections.abc import Iterator, Mapping

from localgpt_tui.assistant import Assistant
from localgpt_tui.config import load_config
from localgpt_tui.core.errors import ConfigError
from localgpt_tui.doctor import guards, keeping, machine
from localgpt_tui.doctor.beating import heartbeat
from localgpt_tui.doctor.check import Check
from localgpt_tui.doctor.confining import sandbox
from localgpt_tui.doctor.models import models
from localgpt_tui.files import PRIVATE_FILE, PRIVATE_FOLDER
from localgpt_tui.heartbeat import Heartbeat
from localgpt_tui.paths import Places, make_folders


def checks(places: Places, environ: Mapping[str, str] = os.environ, *, interactive: bool = False) -> list[Check]:
    """Look at everything; nothing is changed.

    Args:
        interactive: whether a terminal is there to be looked at.
    """
    return list(_all(places, environ, interactive=interactive))


def fix(places: Places) -> list[str]:
    """Make missing folders, close ours to others, and say in a sentence each what was done."""
    done: list[str] = []
    trouble = make_folders(places)
    if trouble:
        done.append(trouble)
    for path in keeping.private_places(places):
        if keeping.open_to_others(path):
            path.chmod(PRIVATE_FOLDER if path.is_dir() else PRIVATE_FILE)
            done.append(f"{path} is closed to others now.")
    return done


def _all(places: Places, environ: Mapping[str, str], *, interactive: bool) -> Iterator[Check]:
    yield machine.python()
    yield machine.sqlite()
    yield from keeping.settings(places)
    yield from keeping.folders(places)
    yield from keeping.memory(places)
    yield from keeping.sessions(places)
    yield from keeping.log(places)
    yield guards.policy(places)
    yield guards.audit(places)
    yield from guards.waiting(places)
    try:
        loaded = load_config(places)
    except ConfigError:
        pass  # it was said among the settings
    else:
        yield from models(Assistant(places, loaded.config, loaded.warnings))
        yield sandbox(loaded.config.sandbox.level)
        yield from heartbeat(Heartbeat.of(places, loaded.config))
    size = shutil.get_terminal_size()
    yield from machine.terminal(environ, size=(size.columns, size.lines), interactive=interactive)
    yield machine.encoding(environ)
    yield machine.network(environ)
    yield machine.disk(places.state)
    yield machine.clock()

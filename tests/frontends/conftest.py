"""A machine of its own for each front end, and a scripted model it is configured for."""

import logging
import sys
import threading

import pytest
from hearing import Out
from model_server import serve

from localgpt_tui.logs import stop_logging
from localgpt_tui.paths import find_places


@pytest.fixture(autouse=True)
def _process_stays_as_it_was():
    root = logging.getLogger()
    before = sys.excepthook, threading.excepthook, root.level
    yield
    stop_logging()
    sys.excepthook, threading.excepthook = before[:2]
    root.setLevel(before[2])


@pytest.fixture
def places(_own_home):
    places = find_places()
    places.config_file.parent.mkdir(parents=True, exist_ok=True)
    return places


@pytest.fixture
def out():
    return Out()


@pytest.fixture
def err():
    return Out()


@pytest.fixture
def model(places):
    with serve() as script:
        places.config_file.write_text(script.config)
        places.config_file.chmod(0o600)
        yield script

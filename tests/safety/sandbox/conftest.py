"""The ways of confining that there are here, and a folder that none of them replaces."""

import shutil
import tempfile
from pathlib import Path

import pytest

from localgpt_tui.safety.sandbox.mechanisms import mechanisms


@pytest.fixture(scope="session")
def by_tier():
    return {mechanism.tier: mechanism for mechanism in mechanisms()}


@pytest.fixture
def folder():
    """A folder outside of every temporary folder, which a tier may replace by a private one."""
    made = Path(tempfile.mkdtemp(dir="/var/tmp")).resolve()
    yield made
    shutil.rmtree(made)

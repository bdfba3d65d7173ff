"""What is written about the configuration is true."""

from pathlib import Path

import pytest

from localgpt_tui.config.keys import leaves, sections
from localgpt_tui.config.template import reference

MANUAL = Path(__file__).parents[1] / "docs/configuration.md"


def test_the_manual_has_every_key_as_the_models_have_it():
    begin, end = "<!-- begin: made by `python -m localgpt_tui.config.template` -->\n", "<!-- end -->"
    listed = MANUAL.read_text().partition(begin)[2].partition(end)[0]

    assert listed.strip() == reference().strip(), f"write it anew between the marks of {MANUAL}"


@pytest.mark.parametrize(("path", "field"), leaves(), ids=lambda value: ".".join(value) if type(value) is tuple else "")
def test_every_key_says_what_it_does(path, field):
    assert field.description
    assert field.description.endswith(".")
    assert f"| `{path[-1]}` | {field.description} |" in reference()


def test_every_section_says_what_it_is_for():
    assert all((model.__doc__ or "").strip().endswith(".") for _, model in sections())

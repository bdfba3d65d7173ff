"""What is written about the configuration is true."""

from pathlib import Path

from localgpt_tui.config.keys import leaves, sections, written
from localgpt_tui.config.template import reference

MANUAL = Path(__file__).parents[1] / "docs/configuration.md"


def test_the_manual_has_every_key_as_the_models_have_it():
    begin, end = "<!-- begin: made by `python -m localgpt_tui.config.template` -->\n", "<!-- end -->"
    listed = MANUAL.read_text().partition(begin)[2].partition(end)[0]

    assert listed.strip() == reference().strip(), f"write it anew between the marks of {MANUAL}"


def test_every_key_says_what_it_does():
    table = reference()
    wrong = [
        written(path)
        for path, field in leaves()
        if not (field.description or "").endswith(".") or f"| `{path[-1]}` | {field.description} |" not in table
    ]
    assert wrong == [], "each description is a sentence, and stands in the table of the manual"


def test_every_section_says_what_it_is_for():
    assert all((model.__doc__ or "").strip().endswith(".") for _, model in sections())

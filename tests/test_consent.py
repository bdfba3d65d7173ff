import json

import pytest

from localgpt_tui.consent import Consent, Trust


def test_nothing_is_allowed_before_it_was_asked(tmp_path):
    assert not Consent(tmp_path / "state/consent.json").allowed("api.anthropic.com")


def test_a_yes_holds_for_one_destination_and_for_the_next_start(tmp_path):
    Consent(tmp_path / "state/consent.json").allow("api.anthropic.com")

    again = Consent(tmp_path / "state/consent.json")
    assert again.allowed("api.anthropic.com")
    assert not again.allowed("api.openai.com")


def test_the_file_is_for_its_owner_only(tmp_path):
    Consent(tmp_path / "consent.json").allow("api.anthropic.com")
    assert (tmp_path / "consent.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "7", '{"version": 2, "allowed": {"a": ""}}', '{"version": 1, "allowed": ["a"]}']
)
def test_a_broken_or_unknown_file_allows_nothing(tmp_path, content):
    (tmp_path / "consent.json").write_text(content)
    assert not Consent(tmp_path / "consent.json").allowed("a")


def test_the_file_says_when_each_yes_was_given(tmp_path):
    consent = Consent(tmp_path / "consent.json")
    consent.allow("api.anthropic.com")
    consent.allow("api.openai.com")
    assert set(json.loads((tmp_path / "consent.json").read_text())["allowed"]) == {
        "api.anthropic.com",
        "api.openai.com",
    }


def test_a_trusted_folder_holds_for_what_lies_in_it_only(tmp_path):
    trust = Trust(tmp_path / "state" / "trust.json")
    project = tmp_path / "project"
    (project / "below").mkdir(parents=True)
    assert not trust.trusted(project)
    trust.trust(project)
    assert Trust(tmp_path / "state" / "trust.json").trusted(project / "below")
    assert not trust.trusted(tmp_path)
    assert not trust.trusted(tmp_path / "project-two")
    (tmp_path / "state" / "trust.json").write_text("{")
    assert not trust.trusted(project)

"""The person's policy, and the hosts they name."""

import os

from localgpt_tui.safety.hosts import hosts_in
from localgpt_tui.safety.policy import LONGEST, read_policy


def test_the_reminder_stands_there_without_a_policy(tmp_path):
    policy = read_policy(tmp_path)
    assert policy.file is None
    assert "data" in policy.block


def test_the_policy_stands_before_the_reminder(tmp_path):
    (tmp_path / "POLICY.md").write_text("Ask before pushing.")
    block = read_policy(tmp_path).block
    assert block.index("Ask before pushing.") < block.index("Reminder:")


def test_localgpts_own_name_for_it_counts_where_there_is_no_other(tmp_path):
    (tmp_path / "LocalGPT.md").write_text("one")
    assert read_policy(tmp_path).text == "one"
    (tmp_path / "POLICY.md").write_text("two")
    assert read_policy(tmp_path).text == "two"


def test_what_is_not_used_of_it_is_said(tmp_path):
    (tmp_path / "POLICY.md").write_text("x" * (LONGEST + 1))
    policy = read_policy(tmp_path)
    assert len(policy.text) == LONGEST
    assert "longer than 4,096" in policy.problem

    (tmp_path / "POLICY.md").unlink()
    os.mkfifo(tmp_path / "POLICY.md")
    (tmp_path / "LocalGPT.md").symlink_to("/etc/hostname")
    policy = read_policy(tmp_path)
    assert policy.text == ""
    assert "cannot be read" in policy.problem


def test_invisible_characters_of_it_go(tmp_path):
    (tmp_path / "POLICY.md").write_text("be\u200b nice\x1b[2J")
    assert read_policy(tmp_path).text == "be nice"


def test_the_hosts_a_person_names_are_found_as_the_network_spells_them():
    text = "see https://Example.com/a?b=c.d, docs.python.org, http://localhost:8080, müller.de, faß.de; me@mail.example"
    assert hosts_in(text) == {"example.com", "docs.python.org", "localhost", "xn--mller-kva.de", "xn--fa-hia.de"}


def test_an_address_of_numbers_is_named_only_as_an_address():
    text = "Read http://192.0.2.7:8080/x with curl 8.5.0.1, not http://198.51.100.9@evil.example/ nor 198.51.100.8."

    assert hosts_in(text) == {"192.0.2.7"}

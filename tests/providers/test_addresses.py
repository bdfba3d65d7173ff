"""Whether an address is this machine, and how it may be shown."""

import pytest

from localgpt_tui.providers.addresses import direct_mounts, host_of, is_loopback, place_of


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://localhost:11434", True),
        ("localhost:11434", True),
        ("HTTP://LocalHost", True),
        ("http://127.0.0.1:1234/v1", True),
        ("http://127.8.8.8", True),
        ("http://[::1]:11434", True),
        ("0.0.0.0:11434", True),
        ("http://models.localhost", True),
        ("http://localhost.example.com", False),
        ("http://192.168.1.5:11434", False),
        ("https://api.openai.com/v1", False),
        ("http://127.0.0.1.example.com", False),
        ("http://localhost@example.com", False),
        ("", False),
        ("http://[broken", False),
    ],
)
def test_an_address_is_this_machine_or_another(url, here):
    assert is_loopback(url) is here
    assert bool(direct_mounts(url)) is here


def test_credentials_and_queries_are_never_shown():
    assert place_of("https://me:secret@example.com:8443/v1?key=secret") == "example.com:8443"
    assert place_of("http://[::1]:11434") == "[::1]:11434"
    assert place_of("http://example.com") == "example.com"
    assert "secret" not in place_of("http://me:secret@:99999999")
    assert host_of("http://[broken") == ""

"""Opening an address outside the app."""

import os
import stat

import pytest

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.ui.opening import Opener, destination, find_opener, open_outside


@pytest.mark.parametrize(
    ("address", "host", "opened"),
    [
        ("https://docs.example.com/a?b=1#c", "docs.example.com", "https://docs.example.com/a?b=1#c"),
        ("HTTP://Example.ORG:8080/", "example.org", "http://example.org:8080/"),
        ("https://www.аррӏе.com/login", "www.xn--80ak6aa92e.com", "https://www.xn--80ak6aa92e.com/login"),
        ("https://google.com@evil.example/x", "evil.example", "https://google.com@evil.example/x"),
        ("http://[::1]:80/", "::1", "http://[::1]:80/"),
        ("mailto:me@example.org", "me@example.org", "mailto:me@example.org"),
        ("https://exa\u200bmple.org", "example.org", "https://example.org"),
    ],
)
def test_an_address_says_where_it_really_leads(address, host, opened):
    found = destination(address)
    assert (found.host, found.address, found.why_not) == (host, opened, "")


@pytest.mark.parametrize(
    ("address", "remark"),
    [
        ("https://www.аррӏе.com/", "letters that may pass for others"),
        ("https://www.xn--80ak6aa92e.com/", "outside the Latin alphabet"),
        ("https://google.com@evil.example/", "not where it leads"),
        ("https://exa\u200bmple.org/", "cannot be seen"),
    ],
)
def test_what_deceives_is_remarked_on(address, remark):
    assert remark in " ".join(destination(address).remarks)


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "vscode://x",
        "docs/page.html",
        "https://",
        "https://a..b/",
        "http://[",
    ],
)
def test_anything_but_web_and_mail_is_never_opened(address):
    assert destination(address).why_not


def test_what_opens_addresses_is_found_only_where_there_is_a_screen(tmp_path):
    for name in ("xdg-open", "my-browser", "w3m"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(stat.S_IRWXU)
    path = {"PATH": str(tmp_path)}
    desk = {**path, "DISPLAY": ":0"}
    assert find_opener(desk, platform="linux").name == "xdg-open"
    assert find_opener({**desk, "BROWSER": "w3m:my-browser --new %s"}, platform="linux").command[1:] == ("--new", "%s")
    assert "graphical" in find_opener(path, platform="linux").why_not
    assert "SSH" in find_opener({**desk, "SSH_CONNECTION": "1"}, platform="linux").why_not
    assert find_opener({**path, "SSH_TTY": "1", "BROWSER": "my-browser"}, platform="linux").name == "my-browser"
    assert "not installed" in find_opener({**path}, platform="darwin").why_not


def test_the_opener_gets_the_address_as_one_word_and_says_when_it_fails(tmp_path):
    program = tmp_path / "browser"
    program.write_text(f'#!/bin/sh\nprintf "%s|" "$@" > {tmp_path}/asked\ncase "$*" in *bad*) exit 3;; esac\n')
    program.chmod(stat.S_IRWXU)
    open_outside("https://example.org/?a=1&b=$(x)", Opener((str(program), "--new")))
    assert (tmp_path / "asked").read_text() == "--new|https://example.org/?a=1&b=$(x)|"
    open_outside("https://example.org/", Opener((str(program), "url=%s")))
    assert (tmp_path / "asked").read_text() == "url=https://example.org/|"
    with pytest.raises(LocalGPTError, match="status 3"):
        open_outside("https://bad.example/", Opener((str(program),)))
    with pytest.raises(LocalGPTError, match="cannot be started"):
        open_outside("https://example.org/", Opener((os.fspath(tmp_path / "missing"),)))

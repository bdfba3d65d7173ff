"""What an answer for the whole session may stand for."""

import pytest

from localgpt_tui.tools.patterns import pattern_of


@pytest.mark.parametrize(
    ("command", "pattern"),
    [
        ("git status", "git status"),
        ("git commit -a -m 'one thing'", "git commit"),
        ("git log --oneline -5 src/a.py", "git log"),
        ("pytest -q tests/test_a.py -k 'this or that'", "pytest"),
        ("make test -j 4", "make test"),
        ("npm run build", "npm run build"),
        ("cargo test --release", "cargo test"),
        ("mkdir -p a/b", "mkdir"),
    ],
)
def test_a_known_command_with_harmless_options_has_a_pattern(command: str, pattern: str):
    assert pattern_of(command) == pattern


@pytest.mark.parametrize(
    "command",
    [
        # interpreters, wrappers, the network, deleting
        *("python3 x.py", "bash x.sh", "node x", "env git status", "timeout 5 git status", "xargs git add", "sudo ls"),
        *("curl example.com", "ssh host", "rm a", "git push", "git clean -f", "npm install x", "git fetch", "npx x"),
        # options that are not known, or run something
        *("git -c core.pager=x status", "git log --output=x", "git diff --ext-diff", "pytest -p plugin"),
        *("git commit -F x", "make -f other", "make CC=evil", "make a b", "cargo --config x build", "npm run ../x"),
        *("pytest --rootdir=/", "git log --outp x", "git --git-dir=x status", "go test -exec ./x"),
        # more than one plain command, or what a shell fills in
        *("git status; rm x", "git status && git add .", "git add x | sh", "git add $X", "git add $(x)"),
        *("git add `x`",),
        *("A=1 git status", "git status > x", "git status &", "(git status)", "git status # x", 'git commit -m "$X"'),
        *("git status\nrm x", "git\u200b status", "./git status", "/usr/bin/git status", "g?t status"),
        # paths that lead out of the folder
        *("git add ../x", "git add /etc/x", "mkdir ~/x", "touch a/../../x", "pytest /tmp/x", "mkdir -- -x", ""),
    ],
)  # fmt: skip
def test_nothing_else_has_one(command: str):
    assert pattern_of(command) == ""

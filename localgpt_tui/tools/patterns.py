"""What “for this session” may stand for: a program and its subcommand, with options known to be harmless."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from localgpt_tui.safety.shell.plain import NotPlainError, Plain, plain_commands
from localgpt_tui.safety.terminal import printable


@dataclass(frozen=True, slots=True)
class _Known:
    """A program or subcommand whose pattern may be granted.

    Attributes:
        flags: options that may stand there; those in `values` take a word.
        named: whether the first operand is a part of the pattern, such as the target of `make`.
    """

    flags: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()
    named: bool = False


def _known(flags: str = "", values: str = "", *, named: bool = False) -> _Known:
    return _Known(frozenset(flags.split()), frozenset(values.split()), named)


_QUIET = "-q -v --quiet --verbose"
_PROGRAMS: Mapping[str, _Known] = {
    "mkdir": _known("-p -v --parents --verbose"),
    "touch": _known("-a -c -m"),
    "pytest": _known(
        f"{_QUIET} -qq -vv -x -s -l -ra --lf --ff --sw --no-header --exitfirst --last-failed",
        "-k -m -n --tb --maxfail --durations",
    ),
    "mypy": _known("--strict"),
    "tsc": _known("--noEmit --pretty"),
    "make": _known("-k -s -n --silent", "-j", named=True),
    "just": _known("-q", named=True),
}
_SUBCOMMANDS: Mapping[str, Mapping[str, _Known]] = {
    "git": {
        "status": _known("-s -b -u --short --branch --porcelain --long"),
        "log": _known(
            "--oneline --stat --graph --decorate --all --patch -p --name-only --name-status --no-merges",
            "-n --max-count --since --until --author --grep",
        ),
        "diff": _known("--stat --cached --staged --name-only --name-status --no-color --no-ext-diff -w"),
        "show": _known("--stat --name-only --no-color --no-ext-diff"),
        "add": _known("-A -u -v --all --update"),
        "commit": _known("-a -v -q --all --quiet", "-m --message"),
        "branch": _known("-a -v -r --list --show-current --all"),
        "switch": _known("-c --create"),
        "blame": _known("-w"),
        "rev-parse": _known("--short --show-toplevel --abbrev-ref"),
        "ls-files": _known("-m -o --others --exclude-standard"),
    },
    "cargo": dict.fromkeys(
        ("build", "check", "test", "clippy", "fmt", "doc"),
        _known(f"{_QUIET} --release --all --workspace --all-targets --all-features --lib --bins --tests --offline"),
    ),
    "go": dict.fromkeys(("build", "test", "vet", "fmt"), _known("-v -race -short", "-run -count")),
    "npm": {"test": _known("-s --silent"), "run": _known("-s --silent", named=True)},
    "pnpm": {"test": _known("-s --silent"), "run": _known("-s --silent", named=True)},
    "yarn": {"test": _known(), "run": _known(named=True)},
    "ruff": {
        "check": _known("--fix --diff --no-fix --quiet -q", "--select --ignore"),
        "format": _known("--check --diff --quiet -q"),
    },
}


def pattern_of(command: str) -> str:
    """The pattern that an answer for this session would allow with `command`; empty where there is none.

    Never for more than one command at once, nor for interpreters, wrappers, deleting, or programs of the network.
    """
    try:
        commands = plain_commands(command)
    except NotPlainError:
        return ""
    if len(commands) != 1 or commands[0].reads or printable(command) != command or ">" in command:
        return ""
    words = commands[0].words
    name, rest = words[0].text, words[1:]
    known, pattern = _PROGRAMS.get(name), name
    if name in _SUBCOMMANDS and rest:
        known, pattern = _SUBCOMMANDS[name].get(rest[0].text), f"{name} {rest[0].text}"
        rest = rest[1:]
    operands = _operands(rest, known) if known else None
    if known is None or operands is None or words[0].glob:
        return ""
    if known.named:
        return f"{pattern} {operands[0]}" if len(operands) == 1 and re.fullmatch(r"[\w:.-]+", operands[0]) else ""
    return pattern


def _operands(words: list[Plain], known: _Known) -> list[str] | None:
    """The words that are no options; None where something is not known, or leads out of the folder."""
    operands: list[str] = []
    waiting = [word.text for word in words]
    while waiting:
        word = waiting.pop(0)
        option, joined, _ = word.partition("=")
        if word == "--":
            operands += waiting
            break
        if not word.startswith("-") or word == "-":
            operands.append(word)
        elif option in known.values:
            if not joined:
                del waiting[:1]
        elif word not in known.flags and not re.fullmatch(r"-\d{1,6}", word):
            return None
    outward = any(word.startswith(("/", "~", "-")) or ".." in word.split("/") or "=" in word for word in operands)
    return None if outward else operands

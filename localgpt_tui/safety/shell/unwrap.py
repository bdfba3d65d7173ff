"""What a program starts in its turn: `env`, `xargs`, `sh -c`, `find -exec` and all the others that run something."""

import re
from collections.abc import Iterator, Sequence

from localgpt_tui.safety.shell.words import PRINTED, UNKNOWN

SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh", "mksh", "fish", "ash", "csh", "tcsh", "rbash", "pwsh"})

_CODE = re.compile(r"(?:python|pypy|perl|ruby|node|deno|bun|lua|php|awk|gawk|mawk|nawk|osascript|tclsh|expect|Rscript)")
_RUNS_TEXT = frozenset(
    {"sed", "vim", "vi", "nvim", "ex", "view", "ed", "emacs", "gdb", "sqlite3", "psql", "mysql", "tar", "make"}
    | {"tmux", "screen", "script", "man", "less", "rsync", "zip", "split", "sort", "rg", "fd", "git", "R", "julia"}
)
_WRAPPERS = {  # the options of each that take a word of their own
    "env": "uCS", "nohup": "", "nice": "n", "ionice": "cnp", "time": "fo", "timeout": "ks", "stdbuf": "ioe",
    "setsid": "", "command": "", "builtin": "", "exec": "a", "busybox": "", "toybox": "", "coproc": "", "chrt": "",
    "xargs": "IiLlnPsEeda", "parallel": "jNIa", "watch": "nd", "flock": "wE", "sudo": "ugpCTrth", "doas": "uC",
    "chroot": "", "unshare": "", "nsenter": "t", "caffeinate": "tw", "taskset": "", "pkexec": "u", "run0": "",
    "eatmydata": "", "proxychains": "f", "rlwrap": "", "unbuffer": "", "noglob": "", "then": "", "do": "", "!": "",
    "ltrace": "o", "strace": "oeE", "firejail": "", "bwrap": "", "systemd-run": "pu", "dbus-run-session": "",
    "catchsegv": "",
}  # fmt: skip
_TAKES_ONE = frozenset({"timeout", "flock", "chroot", "taskset", "chrt"})
_LOADER = re.compile(r"ld(?:-linux[\w.-]*|-musl[\w.-]*)?\.so[\w.]*")
_LITERAL = re.compile(r"""'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|`([^`]*)`""")


def is_shell(program: str) -> bool:
    """Whether `program` runs shell scripts."""
    return program in SHELLS


def runs_code(program: str) -> bool:
    """Whether `program` runs code of a language, given as a word, a file or its input."""
    return bool(_CODE.match(program))


def inline_code(argv: Sequence[str]) -> tuple[str, ...]:
    """The pieces of code that stand in `argv` itself."""
    program = argv[0].rpartition("/")[2] if argv else ""
    if not runs_code(program):
        return ()
    if "awk" in program:
        return tuple(argv[1:])
    return tuple(
        code
        for place, word in enumerate(argv[1:], 1)
        for code in (argv[place + 1] if place + 1 < len(argv) else "", word)
        if re.fullmatch(r"-[a-zA-Z]*[ceEpr]|--eval|--print|eval", word)
        or (code is word and re.match(r"-[ec]\S{2}", word))
    )


def nested(argv: Sequence[str], stdin: str | None) -> Iterator[str | list[str]]:
    """What `argv` runs: text as a script, a list of words as a program."""
    program, arguments = argv[0].rpartition("/")[2], list(argv[1:])
    if is_shell(program):
        yield from _shell(arguments, stdin)
    elif program == "eval":
        yield " ".join(arguments)
    elif program in {"source", "."} and stdin is not None:
        yield stdin
    elif program in _WRAPPERS or _LOADER.fullmatch(program):
        yield from _wrapped(program, arguments, stdin)
    elif program in {"find", "gfind"}:
        yield from _executed(arguments)
    elif program in {"fd", "fdfind"}:
        yield from (
            [*arguments[place + 1 :]] for place, word in enumerate(arguments) if re.fullmatch("-[xX]|--exec.*", word)
        )
    elif program in {"trap", "alias"} and arguments:
        yield from (word.partition("=")[2] if program == "alias" else word for word in arguments[:1])
    elif program in {"su", "runuser", "script", "at", "batch", "ssh"}:
        yield from _commands_of(program, arguments, stdin)
    elif runs_code(program) or program in _RUNS_TEXT:
        yield from _embedded(program, [*arguments, stdin or ""])


def _shell(arguments: list[str], stdin: str | None) -> Iterator[str]:
    for place, word in enumerate(arguments):
        if re.fullmatch(r"-[a-zA-Z]*c[a-zA-Z]*", word) or word == "--command":
            if place + 1 < len(arguments):
                yield arguments[place + 1]
            return
        if not word.startswith(("-", "+")):
            return
    if stdin is not None:
        yield stdin


def _wrapped(program: str, arguments: list[str], stdin: str | None) -> Iterator[str | list[str]]:
    with_word = _WRAPPERS.get(program, "")
    while arguments and (arguments[0].startswith("-") or (program == "env" and "=" in arguments[0])):
        word = arguments.pop(0)
        if word == "--":
            break
        if program == "env" and word.startswith(("-S", "--split-string")):
            text = word[2:] if word.startswith("-S") else word.partition("=")[2]
            yield text or " ".join(arguments[:1])
        if len(word) == 2 and word[1] in with_word and arguments:
            arguments.pop(0)
    if program in _TAKES_ONE and arguments:
        arguments.pop(0)
        arguments = arguments[1:] if arguments[:1] == ["-c"] else arguments
    if program == "xargs" and stdin is not None:
        arguments = [*arguments, *stdin.split()]
    if program in {"watch", "parallel", "flock"}:
        yield " ".join(arguments)
    elif arguments:
        yield arguments


def _executed(arguments: list[str]) -> Iterator[list[str]]:
    for place, word in enumerate(arguments):
        if word in {"-exec", "-execdir", "-ok", "-okdir"}:
            rest = arguments[place + 1 :]
            ends = [rest.index(end) for end in (";", "+") if end in rest]
            starts = [start for start in arguments[:place] if not start.startswith("-")][:1] or ["."]
            yield [starts[0] if one == "{}" else one for one in rest[: min(ends, default=len(rest))]]


def _commands_of(program: str, arguments: list[str], stdin: str | None) -> Iterator[str]:
    for place, word in enumerate(arguments[:-1]):
        if word in {"-c", "--command"}:
            yield arguments[place + 1]
    if program in {"at", "batch"} and stdin is not None:
        yield stdin


def _embedded(program: str, texts: list[str]) -> Iterator[str]:
    """Shell text inside code and inside the words of programs that can run it."""
    for text in texts:
        if UNKNOWN in text and len(text) == 1:
            continue
        for found in _LITERAL.finditer(text):
            inner = next((group for group in found.groups() if group), "")
            if _looks_like_command(inner):
                yield inner
        if lists := re.findall(r"\[((?:\s*['\"][^'\"]*['\"]\s*,?)+)\]", text):
            yield from (" ".join(re.findall(r"['\"]([^'\"]*)['\"]", words)) for words in lists)
        if program in _RUNS_TEXT:
            stripped = re.sub(
                r"^(?:--?[\w-]+=)?(?:[\w.]+=)?(?:exec=|sh=|\+|:|\d*e\s|\.(?:shell|system)\s|!|\.!)*", "", text
            )
            if stripped != text and _looks_like_command(stripped):
                yield stripped
    if program in {"git", "tmux", "screen", "script", "make"}:
        yield from (text for text in texts if " " in text.strip() and _after_runner(texts, text))


def _after_runner(texts: list[str], text: str) -> bool:
    place = texts.index(text)
    return any(
        one in {"-x", "--exec", "foreach", "run", "-X", "stuff", "send-keys", "-c", "--command"}
        for one in texts[:place]
    )


def _looks_like_command(text: str) -> bool:
    return (
        bool(re.match(r"\s*[\w./~$(:-]", text))
        and bool(re.search(r"[\s(|;&]", text.strip()))
        and PRINTED not in text[:1]
    )

"""The doubts about a line: without any, it is harmless whatever it is run on."""

import glob
import os
import os.path
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from localgpt_tui.safety.shell.expressions import UnknownError, find_starts, test_files
from localgpt_tui.safety.shell.grammar import parsed
from localgpt_tui.safety.shell.ground import Ground, Protected
from localgpt_tui.safety.shell.options import files_in
from localgpt_tui.safety.shell.plain import NotPlainError, Plain, PlainCommand, plain_commands
from localgpt_tui.safety.shell.programs import PROGRAMS
from localgpt_tui.safety.shell.reading import read
from localgpt_tui.safety.terminal import printable

if TYPE_CHECKING:
    from tree_sitter import Node

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_FOREIGN_SPACE = re.compile(r"[^\S \t\n]")
_KNOWN_NODES = frozenset(
    {
        "program",
        "list",
        "pipeline",
        "command",
        "command_name",
        "word",
        "string",
        "string_content",
        "raw_string",
        "number",
    }
    | {"concatenation", "redirected_statement", "file_redirect", "file_descriptor", "test_command", "unary_expression"}
    | {"binary_expression", "test_operator", "negated_command", "extglob_pattern"}
)
_MOST_NAMES = 2000


def doubts(command: str, *, workspace: Path, folder: Path, protected: Protected) -> tuple[str, ...]:
    """Why `command` is not known to be harmless; empty where it is."""
    ground = _Inside(Ground(protected, str(folder), str(workspace)), [workspace, folder])
    try:
        _readable(command)
        commands = plain_commands(command)
        _agrees(command, commands, folder=str(folder), home=ground.home)
    except NotPlainError as problem:
        return (f"it has {problem}",) if not str(problem).startswith(("it", "the ")) else (str(problem),)
    reasons: dict[str, None] = {}
    folders = [folder]
    for one in commands:
        try:
            folders = _harmless(one, folders, ground)
        except UnknownError as problem:
            reasons[f"{_name(one)}: {problem}"] = None
    return tuple(reasons)


class _Inside:
    """Says of paths whether they stay in the folders where reading is free."""

    def __init__(self, ground: Ground, roots: list[Path]) -> None:
        self.home = ground.home
        self._ground = ground
        self._roots = [os.path.realpath(root) for root in roots if ground.protected.fits(root)]

    def check(self, word: str, folders: list[Path]) -> None:
        """See that `word` is a path inside, from each of `folders` it may be meant in.

        Raises:
            UnknownError: it leads outside or to secrets.
        """
        if word == os.devnull:
            return
        if ".." in word.split("/"):
            raise UnknownError(f"“{word}” may lead out of the folder")
        if "\0" in word or "\n" in word:
            raise UnknownError("a path with a line end in it")
        for folder in folders:
            path = os.path.join(folder, word)  # noqa: PTH118 - what the program will do, on text
            real = os.path.realpath(path)
            if not any(real == root or real.startswith(root.rstrip("/") + "/") for root in self._roots):
                raise UnknownError(f"“{word}” is outside of the folder")
            for one in (os.path.normpath(path), real):
                if self._secret(one):
                    raise UnknownError(f"“{word}” may hold secrets")

    def _secret(self, path: str) -> bool:
        own = self._ground.guard(path) and not path.endswith(".md")
        return own or self._ground.secret(path) or self._ground.secret_here(path)


def _readable(command: str) -> None:
    """See that a person reading `command` sees what a shell would.

    Raises:
        NotPlainError: it has control characters, foreign spaces or invisible ones.
    """
    if _UNPRINTABLE.search(command) or printable(command) != command:
        raise NotPlainError("control characters or invisible ones")
    if _FOREIGN_SPACE.search(command):
        raise NotPlainError("spaces that are none to a shell")


def _agrees(command: str, commands: list[PlainCommand], *, folder: str, home: str) -> None:
    """See that the parser reads the same commands and words.

    Raises:
        NotPlainError: it does not, or it finds more than plain commands.
    """
    root = parsed(command.encode())
    if root.has_error:
        raise NotPlainError("the line cannot be parsed")
    strange = next((node.type for node in _nodes(root) if node.is_named and node.type not in _KNOWN_NODES), "")
    if strange:
        raise NotPlainError(f"{strange.replace('_', ' ')}, which a shell would act on")
    other = [call.argv for call in read(command, home=home, folder=folder).calls if call.level == 0]
    mine = [tuple(word.text for word in one.words if word is not one.words[0] or word.text != "!") for one in commands]
    if [_bracketed(words) for words in mine] != [_bracketed(words) for words in other]:
        raise NotPlainError("words that two parsers read differently")


def _bracketed(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.strip("'\"") for word in words[1:] if word != "]") if words[:1] == ("[",) else words


def _nodes(node: "Node") -> Iterator["Node"]:
    yield node
    for child in node.children:
        yield from _nodes(child)


def _harmless(command: PlainCommand, folders: list[Path], inside: _Inside) -> list[Path]:
    """See that `command` only reads inside; the folders that the next one may run in."""
    words = command.words[1:] if command.words[0].text == "!" and len(command.words) > 1 else command.words
    program = words[0].text
    if words[0].glob and program != "[":
        raise UnknownError("a program's name with wildcards")
    inside.check(".", folders)
    for one in command.reads:
        if one.glob:
            raise UnknownError("a redirect with wildcards")
        inside.check(one.text, folders)
    arguments = [text for word in words[1:] for text in _filled(word, folders, program)]
    if program == "cd":
        return _moved(arguments, folders, inside)
    if program == "command" and arguments[:1] in (["-v"], ["-V"]):
        program, arguments = "which", arguments[1:]
    options = PROGRAMS.get(program)
    if options is None:
        raise UnknownError("not among the programs that only read")
    for file in _files(program, arguments):
        inside.check(file, folders)
    return folders


def _files(program: str, arguments: list[str]) -> Iterator[str]:
    """What `program` will read; raises `UnknownError` where it may do more."""
    match program:
        case "find":
            yield from find_starts(arguments)
        case "test" | "[":
            yield from test_files(arguments)
        case "echo":
            return
        case "printf":
            if arguments[:1] and arguments[0].startswith("-"):
                raise UnknownError("an option of printf")
        case "date":
            if any(not word.startswith(("+", "-")) for word in arguments[-1:]) and "-d" not in arguments[-2:-1]:
                raise UnknownError("a word that would set the clock")
            yield from files_in(arguments, PROGRAMS[program])
        case _:
            yield from files_in(arguments, PROGRAMS[program])


def _filled(word: Plain, folders: list[Path], program: str) -> list[str]:
    """The names that take the place of a word with wildcards."""
    if not word.glob or program in {"[", "test"}:
        return [word.text]
    if re.search(r"(?:^|/)\.[^/]*[*?\[]", word.text) or word.text.startswith(("-", "/")) or ".." in word.text:
        raise UnknownError(f"“{word.text}” may stand for names outside or for options")
    if program == "find" or "=" in word.text:
        raise UnknownError(f"“{word.text}”, which a shell may fill in")
    names: list[str] = []
    for folder in folders:
        names += islice(glob.iglob(word.text, root_dir=folder), _MOST_NAMES)  # noqa: PTH207 - as a shell would
    if len(names) >= _MOST_NAMES or any(name.startswith("-") for name in names):
        raise UnknownError(f"“{word.text}” stands for too many names, or for options")
    return names or [word.text]


def _moved(arguments: list[str], folders: list[Path], inside: _Inside) -> list[Path]:
    if len(arguments) != 1 or arguments[0].startswith("-"):
        raise UnknownError("a folder that is not named")
    inside.check(arguments[0], folders)
    return [*folders, *(folder / arguments[0] for folder in folders)]


def _name(command: PlainCommand) -> str:
    return printable(next((word.text for word in command.words if word.text != "!"), "!"))[:40]

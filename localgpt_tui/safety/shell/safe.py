"""The doubts about a line: without any, it is harmless whatever it is run on."""

import glob
import os
import os.path
import re
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from localgpt_tui.safety.shell.beneath import counting, looks_beneath, names_beneath
from localgpt_tui.safety.shell.expressions import UnknownError, check_size, find_starts, test_files
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
_MOST_FOLDERS = 16
_LONGEST_REASON = 300
_SET = re.compile(r"\[!?(?:[a-z]-[a-z]|[A-Z]-[A-Z]|[0-9]-[0-9]|[A-Za-z0-9_.])+\]")  # the same to a shell and to `glob`
_COUNT_KEPT = re.compile(r"%[^%sdioxXufFeEgGaAcbqQ(]*n")
_SAY_VERSION = frozenset({"git", "python", "python3", "node", "gcc", "make", "bash", *PROGRAMS}) - {"echo", "test", "["}
_NO_HELP = frozenset({"echo", "test", "[", "find"})


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
            reasons[f"{_name(one)}: {problem}"[:_LONGEST_REASON]] = None
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

    def look_beneath(self, start: Path, *, counts: Callable[[str], bool]) -> None:
        """See that no name below the folder `start` that `counts` may be one of secrets.

        Raises:
            UnknownError: one may, or there are too many to tell.
        """
        if name := next(filter(self._ground.secret_name, names_beneath(start, counts=counts)), ""):
            raise UnknownError(f"“{name}”, which it would come upon, may hold secrets")

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
    moved: list[Path] = []
    for folder in folders:  # wildcards stand for other words in each
        arguments = [text for word in words[1:] for text in _filled(word, folder, program)]
        if program == "cd":
            moved.append(_moved(arguments, folder, inside))
        else:
            _reads_inside(program, arguments, folder, inside)
    found = list(dict.fromkeys([*folders, *moved]))
    if len(found) > _MOST_FOLDERS:
        raise UnknownError("too many folders it may be in")
    return found


def _reads_inside(program: str, arguments: list[str], folder: Path, inside: _Inside) -> None:
    """See that `program`, run in `folder`, only reads, and only inside."""
    if program == "command" and arguments[:1] in (["-v"], ["-V"]):
        program, arguments = "which", arguments[1:]
    if arguments == ["--version"] and program in _SAY_VERSION:
        return
    if program not in PROGRAMS:
        raise UnknownError("not among the programs that only read")
    if arguments == ["--help"] and program not in _NO_HELP:
        return
    files = list(_files(program, arguments))
    for file in files:
        inside.check(file, [folder])
    if program == "diff" and any((folder / file).is_dir() for file in files):
        raise UnknownError("a whole folder, in which links may lead outside")
    if looks_beneath(program, arguments):
        for file in files or ["."]:
            inside.look_beneath(folder / file, counts=counting(program, arguments))


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
            if arguments and _COUNT_KEPT.search(arguments[0].replace("%%", "")):
                raise UnknownError("“%n”, which sets a variable")
            check_size(" ".join(arguments[:1]))
        case _:
            yield from files_in(arguments, PROGRAMS[program])


def _filled(word: Plain, folder: Path, program: str) -> list[str]:
    """The names in `folder` that take the place of a word with wildcards."""
    if not word.glob:
        return [word.text]
    if re.search(r"(?:^|/)\.[^/]*[*?\[]", word.text) or word.text.startswith(("-", "/")) or ".." in word.text:
        raise UnknownError(f"“{word.text}” may stand for names outside or for options")
    unclear = word.guarded or "[" in _SET.sub("", word.text)
    if program in {"find", "test", "["} or "=" in word.text or unclear:
        raise UnknownError(f"“{word.text}”, which a shell may fill in")
    names = list(islice(glob.iglob(word.text, root_dir=folder), _MOST_NAMES))  # noqa: PTH207 - as a shell would
    if len(names) >= _MOST_NAMES or any(name.startswith("-") for name in names):
        raise UnknownError(f"“{word.text}” stands for too many names, or for options")
    return names or [word.text]


def _moved(arguments: list[str], folder: Path, inside: _Inside) -> Path:
    if len(arguments) != 1 or arguments[0].startswith("-"):
        raise UnknownError("a folder that is not named")
    inside.check(arguments[0], [folder])
    return Path(os.path.normpath(folder / arguments[0]))


def _name(command: PlainCommand) -> str:
    return printable(next((word.text for word in command.words if word.text != "!"), "!"))[:40]

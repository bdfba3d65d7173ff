"""Which programs a shell line would start, with what words: a reading that sees through disguises, for refusing.

It is generous where bash is strict: what it reads wrongly can only be asked about or refused, never run unasked.
"""

import os.path
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from localgpt_tui.safety.shell.calls import Call, Reading, Redirect
from localgpt_tui.safety.shell.grammar import parsed, slice_of, starts_jobs
from localgpt_tui.safety.shell.output import prints
from localgpt_tui.safety.shell.unwrap import nested
from localgpt_tui.safety.shell.words import PRINTED, UNKNOWN, Scope, fields_of, starting_variables, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_DEEPEST = 8
_MOST_CALLS = 400
_MOST_VISITS = 5_000  # parts of the tree; loops and functions are read more than once
_MOST_WORDS = 200
_LONGEST = 20_000  # characters that a variable may hold
_LOOP_ROUNDS = 4
_REDIRECT = re.compile(r"\s*(?:\d+|\{\w+\})?\s*(?P<sign>&>>|&>|>>|>\||>&|<>|<&|<|>)\s*(?P<rest>.*)", re.DOTALL)
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)(?:\[[^\]]*\])?(\+?)=(.*)", re.DOTALL)
_STATEMENT_ENDS = re.compile(r"\n|;|&&|\|\||(?<![>&])&(?![>&])")


def read(command: str, *, home: str, folder: str, pid: int = 0) -> Reading:
    """Read `command`; text that would be run as a script by it is read too, eight levels deep."""
    reader = _Reader(dict(starting_variables(home, folder, pid)), folder, home)
    reader.text(command, 0)
    return reader.reading


class _Reader:
    def __init__(self, variables: dict[str, str], folder: str, home: str) -> None:
        self.reading = Reading()
        self._variables = variables
        self._folder = folder
        self._home = home
        self._functions: dict[str, tuple[Node, bytes]] = {}
        self._files: dict[str, str] = {}  # what the line itself writes into files
        self._depth = 0
        self._visits = 0

    def text(
        self, command: str, depth: int, *, stdin: str | None = None, upstream: tuple[Call, ...] = ()
    ) -> list[Call]:
        """Read `command` as a script."""
        if depth > _DEEPEST or len(self.reading.calls) > _MOST_CALLS:
            self.reading.cut = True
            return []
        source = command.encode("utf-8", "replace")
        root = parsed(source)
        before, self._depth = self._depth, depth
        start = len(self.reading.calls)
        try:
            if root.has_error:
                self.reading.broken = True
                self._roughly(command)
            self._visit(root, source, stdin, upstream)
        finally:
            self._depth = before
        return self.reading.calls[start:]

    def _roughly(self, command: str) -> None:
        """Statements that the parser could not make out, split where bash would split most of them."""
        for statement in _STATEMENT_ENDS.split(command):
            stages: list[Call] = []
            for stage in re.split(r"\|&?", statement):
                words: list[str] = []
                redirects: list[str] = []
                for piece in re.findall(
                    r"""[0-9]*[<>]+&?\s*\S+|(?:\\.|'[^']*'|"(?:\\.|[^"])*"|[^\s<>])+""", stage, re.DOTALL
                ):
                    (redirects if re.match(r"\d*[<>]", piece) else words).append(piece)
                stages += self._command(words, redirects, None, tuple(stages))

    def _visit(self, node: "Node", source: bytes, stdin: str | None, upstream: tuple[Call, ...]) -> list[Call]:
        """Read `node` and what is inside; the calls it makes."""
        start = len(self.reading.calls)
        self._visits += 1
        if self._visits > _MOST_VISITS or start > _MOST_CALLS:
            self.reading.cut = True
            return []
        match node.type:
            case "command" | "declaration_command" | "unset_command" | "test_command":
                self._simple(node, source, stdin, upstream)
            case "pipeline":
                self._pipeline(node, source, stdin, upstream)
            case "redirected_statement":
                self._redirected(node, source, stdin, upstream)
            case "variable_assignment":
                self._assign(slice_of(source, node))
                self._command([], [], None, ())
            case "function_definition":
                self._define(node, source)
            case "for_statement":
                self._for(node, source, stdin, upstream)
            case "subshell":
                kept = self._folder, dict(self._variables)
                self._children(node, source, stdin, upstream)
                self._folder, self._variables = kept
            case _:
                if node.type in {"while_statement", "c_style_for_statement"} and starts_jobs(node):
                    self.reading.bombs = True
                self._children(node, source, stdin, upstream)
        return self.reading.calls[start:]

    def _children(self, node: "Node", source: bytes, stdin: str | None, upstream: tuple[Call, ...]) -> None:
        for child in node.named_children:
            if child.type in {"word", "string", "concatenation", "expansion", "raw_string", "simple_expansion"}:
                self._words([slice_of(source, child)])
            elif child.type != "comment":
                self._visit(child, source, stdin, upstream)

    def _pipeline(self, node: "Node", source: bytes, stdin: str | None, upstream: tuple[Call, ...]) -> None:
        for stage in node.named_children:
            made = self._visit(stage, source, stdin, upstream)
            stdin = _printed(made)
            upstream = (*upstream, *made)

    def _redirected(self, node: "Node", source: bytes, stdin: str | None, upstream: tuple[Call, ...]) -> None:
        redirects: list[str] = []
        behind: list[Node] = []  # what stands between `<<EOF` and the end of its line
        for child in node.named_children:
            if child.type == "heredoc_redirect":
                stdin = self._heredoc(child, source)
                behind = [part for part in child.named_children if not part.type.startswith("heredoc")]
            elif child.type == "herestring_redirect":
                stdin = self._one(slice_of(source, child).partition("<<<")[2].strip())
            elif child.type == "file_redirect":
                redirects.append(slice_of(source, child))
        redirects += [slice_of(source, part) for part in behind if part.type == "file_redirect"]
        made = self._body(node.child_by_field_name("body"), source, redirects, stdin, upstream)
        for part in behind:
            if part.type == "pipeline":
                self._pipeline(part, source, _printed(made) if made else stdin, (*upstream, *made))
            elif part.type != "file_redirect":
                self._visit(part, source, None, ())

    def _body(
        self, body: "Node | None", source: bytes, redirects: list[str], stdin: str | None, upstream: tuple[Call, ...]
    ) -> list[Call]:
        """Read what stands before redirects; the calls it makes, with the redirects."""
        if body is None:
            return self._command([], redirects, stdin, upstream)
        start = len(self.reading.calls)
        self._visit(body, source, stdin, upstream)
        self._redirect(start, redirects)
        return self.reading.calls[start:]

    def _redirect(self, start: int, written: list[str]) -> None:
        """Give the calls from `start` on the redirects `written` behind them."""
        redirects = tuple(self._redirects(written))
        for place in range(start, len(self.reading.calls)):
            call = self.reading.calls[place]
            self.reading.calls[place] = replace(call, redirects=(*call.redirects, *redirects))
        self._keep(self.reading.calls[start:], redirects)

    def _keep(self, made: list[Call], redirects: Iterable[Redirect]) -> None:
        printed = _printed(replace(call, redirects=()) for call in made)
        for redirect in redirects:
            if ">" in redirect.sign and printed is not None:
                self._files[self._path(redirect.target)] = printed
            if ">" in redirect.sign:
                self._files.setdefault(self._path(redirect.target), "")

    def _heredoc(self, node: "Node", source: bytes) -> str:
        body = next((slice_of(source, part) for part in node.named_children if part.type == "heredoc_body"), "")
        start = next((slice_of(source, part) for part in node.named_children if part.type == "heredoc_start"), "")
        if any(quote in start for quote in "'\"\\"):
            return body
        return self._one('"' + re.sub(r'(?<!\\)"', r"\"", body) + '"')

    def _define(self, node: "Node", source: bytes) -> None:
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if name is None or body is None:
            return
        called, text = slice_of(source, name), slice_of(source, body)
        self._functions[called] = (body, source)
        if len(re.findall(rf"(?<![\w:./-]){re.escape(called)}(?![\w:./-])", text)) and re.search(r"[|&]", text):
            self.reading.bombs = True
        self._visit(body, source, None, ())

    def _for(self, node: "Node", source: bytes, stdin: str | None, upstream: tuple[Call, ...]) -> None:
        name, body = node.child_by_field_name("variable"), node.child_by_field_name("body")
        values = [
            value
            for written in node.children_by_field_name("value")
            for value in self._words([slice_of(source, written)])
        ]
        for value in values[:_LOOP_ROUNDS] or [UNKNOWN]:
            if name is not None:
                self._variables[slice_of(source, name)] = value
            if body is not None:
                self._visit(body, source, stdin, upstream)

    def _simple(self, node: "Node", source: bytes, stdin: str | None, upstream: tuple[Call, ...]) -> None:
        words: list[str] = []
        redirects: list[str] = []
        if node.type == "test_command":
            self._command(["[", *slice_of(source, node).strip("[] ").split()], [], stdin, upstream)
            return
        end = -1
        for child in node.children:
            text = slice_of(source, child)
            if child.type == "file_redirect":
                redirects.append(text)
            elif child.type == "herestring_redirect":
                stdin = self._one(text.partition("<<<")[2].strip())
            elif child.start_byte == end and words:
                words[-1] += text  # the parser cut one word in two
            elif child.type != "comment":
                words.append(text)
            end = child.end_byte
        self._command(words, redirects, stdin, upstream)

    def _command(
        self, words: list[str], redirects: list[str], stdin: str | None, upstream: tuple[Call, ...]
    ) -> list[Call]:
        """Take in one simple command, given as its words and redirects are written."""
        if len(self.reading.calls) > _MOST_CALLS:
            self.reading.cut = True
            return []
        start = len(self.reading.calls)
        keys: list[str] = []
        assigned = []
        while words and _ASSIGNMENT.fullmatch(words[0]):
            assigned.append(self._assign(words.pop(0), keys))
        fields = self._words(words, keys)
        self.reading.cut = self.reading.cut or len(fields) > _MOST_WORDS
        feeds = tuple(self.reading.calls[start:])
        call = Call(
            argv=tuple(fields[:_MOST_WORDS]),
            redirects=tuple(self._redirects(redirects)),
            assignments=tuple(assigned),
            stdin=self._read_from(redirects, stdin),
            upstream=upstream,
            feeds=feeds,
            keys_read=tuple(keys),
            folder=self._folder,
            level=self._depth,
        )
        self._add(call)
        self._keep([call], call.redirects)
        return self.reading.calls[start:]

    def _add(self, call: Call) -> None:
        """Take in `call` and whatever it starts in its turn."""
        self.reading.calls.append(call)
        if not call.argv:
            return
        match call.program:
            case "cd" | "pushd":
                target = next((word for word in call.arguments if not word.startswith("-")), self._home)
                self._folder = self._path(target) if UNKNOWN not in target else self._folder
                self._variables["PWD"] = self._folder
            case "export" | "declare" | "typeset" | "local" | "readonly" | "alias":
                for word in call.arguments:
                    self._assign(word, quoted=True)
        if self._depth >= _DEEPEST:
            self.reading.cut = True
            return
        self._inner(call)

    def _inner(self, call: Call) -> None:
        """Read what `call` starts: a function of the line, a wrapped program, a script it is given."""
        self._depth += 1
        try:
            if call.argv[0] in self._functions:
                self._variables.update({str(place): word for place, word in enumerate(call.arguments, 1)})
                self._variables["@"] = self._variables["*"] = " ".join(call.arguments)
                body, source = self._functions[call.argv[0]]
                self._visit(body, source, call.stdin, call.upstream)
            for inner in nested(call.argv, call.stdin):
                if isinstance(inner, str):
                    self.text(inner, self._depth, stdin=call.stdin, upstream=call.upstream)
                else:
                    self._add(replace(call, argv=tuple(inner), level=self._depth))
            script = next((word for word in call.argv[:3] if self._path(word) in self._files), "")
            if script and call.program not in {"cat", "echo", "chmod", "rm", "tee"}:
                self.text(self._files[self._path(script)], self._depth)
        finally:
            self._depth -= 1

    def _words(self, written: Iterable[str], keys: list[str] | None = None) -> list[str]:
        scope = Scope(self._variables, self._substituted)
        found = [one for word in written for one in fields_of(word, scope)]
        if keys is not None:
            keys += scope.keys_read
        return found

    def _one(self, written: str) -> str:
        return text_of(written, Scope(self._variables, self._substituted))

    def _substituted(self, command: str) -> str:
        """What the substitution of `command` puts in its place."""
        made = self.text(command, self._depth + 1)
        printed = _printed(made)
        return PRINTED if printed is None else printed.rstrip("\n")

    def _assign(self, written: str, keys: list[str] | None = None, *, quoted: bool = False) -> tuple[str, str]:
        found = _ASSIGNMENT.fullmatch(written)
        if not found:
            return written, ""
        scope = Scope(self._variables, self._substituted)
        value = found[3] if quoted else text_of(found[3].strip("()") if found[3].startswith("(") else found[3], scope)
        if keys is not None:
            keys += scope.keys_read
        self._variables[found[1]] = (self._variables.get(found[1], "") + value if found[2] else value)[:_LONGEST]
        return found[1], value

    def _redirects(self, written: Iterable[str]) -> Iterator[Redirect]:
        for text in written:
            found = _REDIRECT.match(text)
            if not found:
                continue
            rest = found["rest"].split()[0] if found["rest"][:1] not in "'\"$`<" else found["rest"]
            yield Redirect(found["sign"], self._one(rest))

    def _read_from(self, written: Iterable[str], stdin: str | None) -> str | None:
        for redirect in self._redirects(written):
            if redirect.sign == "<":
                return self._files.get(self._path(redirect.target))
        return stdin

    def _path(self, word: str) -> str:
        return os.path.normpath(os.path.join(self._folder, word))  # noqa: PTH118 - text, not a path to be opened


def _printed(made: Iterable[Call]) -> str | None:
    """What `made` prints together; None where one of them cannot be told."""
    calls = [call for call in made if call.argv]
    level = min((call.level for call in calls), default=0)
    pieces = [
        prints(call.argv, call.stdin)
        for call in calls
        if call.level == level and not any(one.sign in {">", ">>", ">|", "&>", "&>>"} for one in call.redirects)
    ]
    texts = [piece for piece in pieces if piece is not None]
    return "\n".join(texts) if texts and len(texts) == len(pieces) else None

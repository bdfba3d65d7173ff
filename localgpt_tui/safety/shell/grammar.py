"""The parser for bash, and what is asked of its trees."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node, Parser


def parsed(source: bytes) -> "Node":
    """The tree of `source`, UTF-8; it says itself where it has errors."""
    return _parser().parse(source).root_node


def slice_of(source: bytes, node: "Node") -> str:
    """The part of `source` that `node` stands for."""
    return source[node.start_byte : node.end_byte].decode("utf-8", "replace")


def starts_jobs(node: "Node") -> bool:
    """Whether something in `node` is put into the background."""
    return any(child.type == "&" or starts_jobs(child) for child in node.children)


@cache
def _parser() -> "Parser":
    import tree_sitter_bash  # noqa: PLC0415 - only where a command is judged
    from tree_sitter import Language, Parser  # noqa: PLC0415

    return Parser(Language(tree_sitter_bash.language()))

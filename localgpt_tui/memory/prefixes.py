"""What some embedding models want in front of a text, depending on whether it is searched for or searched in."""

from typing import NamedTuple


class _Prefixes(NamedTuple):
    query: str
    passage: str


# From the models' own cards; the first name that is part of the model's is taken.
_BY_NAME = {
    "multilingual-e5": _Prefixes("query: ", "passage: "),
    "nomic-embed-text": _Prefixes("search_query: ", "search_document: "),
    "mxbai-embed": _Prefixes("Represent this sentence for searching relevant passages: ", ""),
    "snowflake-arctic-embed": _Prefixes("Represent this sentence for searching relevant passages: ", ""),
}


def prefix(model: str, *, query: bool) -> str:
    """What goes in front of a text for `model`; empty for most."""
    for name, prefixes in _BY_NAME.items():
        if name in model.lower():
            return prefixes.query if query else prefixes.passage
    return ""

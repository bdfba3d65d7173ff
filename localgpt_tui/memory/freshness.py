"""How complete the answers of an index are, in the words that people, models and programs are told."""

from collections.abc import Sequence

import apsw

from localgpt_tui.memory import vectors
from localgpt_tui.memory.keeping import Keeper

_SHOWN_UNREAD = 3


def freshness(connection: apsw.Connection, keeper: Keeper, model: str, trouble: str, unread: Sequence[str]) -> str:
    """`fresh`, or what is missing and why.

    Args:
        model: whose vectors are wanted; empty for none.
        trouble: why this search goes by words only, in a clause.
        unread: in a sentence each, what was passed over or could not be read.
    """
    if keeper.done < keeper.all:
        return f"indexing {keeper.done} of {keeper.all}"
    if keeper.unwritten:
        return f"not up to date: {keeper.unwritten}"
    if trouble or keeper.trouble:
        return f"keywords only: {trouble or keeper.trouble}"
    done, total = vectors.progress(connection)
    if model and vectors.known_model(connection) != model:
        done = 0
    if model and done < total:
        return f"indexing {done} of {total}"
    return _and_unread(unread)


def _and_unread(unread: Sequence[str]) -> str:
    if not unread:
        return "fresh"
    more = f"; and {len(unread) - _SHOWN_UNREAD} more" if len(unread) > _SHOWN_UNREAD else ""
    return f"fresh, but not read: {'; '.join(unread[:_SHOWN_UNREAD])}{more}"

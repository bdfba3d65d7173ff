"""A typed function with a docstring is a tool."""

import asyncio
import json
import threading
from typing import Annotated, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from localgpt_tui.core.errors import ToolError
from localgpt_tui.core.ports import Progress
from localgpt_tui.tools.schema import tool


def unheard(output: str) -> None:
    """A tool's progress that nobody listens to."""


@tool
def paint(
    path: str,
    size: Annotated[int, Field(ge=1, le=9)] = 3,
    colour: Literal["red", "blue"] = "red",
    *,
    names: list[str] | None = None,
) -> str:
    """Paint a picture.

    It is kept.

    Args:
        path: where it goes,
            folder and all.
        size (int): how large.
        colour: which paint.
        names: who is on it.

    Returns:
        what was painted.
    """
    return f"{path} {size} {colour} {names}"


def test_name_and_description_come_from_the_function():
    assert (paint.name, paint.description) == ("paint", "Paint a picture.\n\nIt is kept.")


def test_the_schema_says_what_the_signature_and_the_docstring_say():
    assert paint.parameters == {
        "type": "object",
        "properties": {
            "path": {"type": "string", "description": "where it goes, folder and all."},
            "size": {"type": "integer", "description": "how large.", "default": 3, "minimum": 1, "maximum": 9},
            "colour": {"type": "string", "description": "which paint.", "default": "red", "enum": ["red", "blue"]},
            "names": {
                "anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "null"}],
                "description": "who is on it.",
                "default": None,
            },
        },
        "required": ["path"],
        "additionalProperties": False,
    }


async def test_arguments_reach_the_function_typed_and_with_their_defaults():
    assert await paint.run('{"path": "a", "names": ["x"]}', unheard) == "a 3 red ['x']"


async def test_a_number_in_quotes_is_taken_for_a_number():
    assert await paint.run('{"path": "a", "size": "5"}', unheard) == "a 5 red None"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("{}", "path: this argument is missing (expected string)"),
        ('{"path": "a", "pth": 1}', "pth: there is no such argument; did you mean path? (expected path: string, "),
        ('{"path": [1]}', "path: input should be a valid string, not [1] (expected string)"),
        ('{"path": "a", "size": 99}', "size: input should be less than or equal to 9, not 99 (expected integer, opt"),
        ('{"path": "a", "colour": "green"}', "colour: input should be 'red' or 'blue', not 'green'"),
        ('{"path": "a", "names": ["x", {}]}', "names.1: input should be a valid string, not {}"),
        ('{"path": {"%s": 1}}' % ("x" * 999), "…"),
        ("[1]", "The arguments are not one JSON object (Input should be an object); expected path: string"),
        ("nonsense", "The arguments are not one JSON object (Invalid JSON"),
        ("[" * 100_000, "The arguments are not one JSON object (Invalid JSON"),
        ('{"path": "\\ud800"}', "The arguments are not one JSON object (Invalid JSON"),
    ],
)
async def test_bad_arguments_are_explained_to_the_model(arguments: str, told: str):
    with pytest.raises(ToolError) as caught:
        await paint.run(arguments, unheard)
    assert told in str(caught.value)
    assert len(str(caught.value)) < 500


async def test_a_lone_surrogate_is_an_argument_like_any_other():
    assert (await paint.run('{"path": "\ud83d"}', unheard)).startswith("? ")


async def test_a_plain_function_runs_in_a_thread_and_its_progress_comes_back_to_the_loop():
    here = threading.get_ident()
    heard: list[tuple[str, int]] = []

    @tool
    def work(progress: Progress) -> str:
        """Work."""
        progress("half")
        return str(threading.get_ident() == here)

    assert await work.run("{}", lambda output: heard.append((output, threading.get_ident()))) == "False"
    assert heard == [("half", here)]
    assert work.parameters == {"type": "object", "properties": {}, "additionalProperties": False}


async def test_a_cancelled_call_does_not_wait_for_its_thread():
    running, let_go = asyncio.Event(), threading.Event()

    @tool
    def work(progress: Progress) -> str:
        """Work."""
        progress("running")
        let_go.wait()
        return ""

    call = asyncio.create_task(work.run("{}", lambda output: running.set()))
    await running.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    let_go.set()


async def test_a_coroutine_function_runs_where_it_is_called_and_may_close_over_what_it_needs():
    kept = {"colour": "red"}

    @tool
    async def look_up(name: str, progress: Progress) -> str:
        """Look it up.

        Args:
            name: which.
        """
        await asyncio.sleep(0)
        progress(name)
        return kept[name]

    heard: list[str] = []
    assert await look_up.run('{"name": "colour"}', heard.append) == "red"
    assert heard == ["colour"]


def test_a_parameter_without_a_description_is_an_error_of_ours():
    with pytest.raises(TypeError, match="size needs a type and a line under Args"):

        @tool
        def grow(size: int) -> str:
            """Grow."""
            return str(size)


def test_a_tool_without_a_docstring_is_an_error_of_ours():
    with pytest.raises(TypeError, match="needs a docstring"):

        @tool
        def grow() -> str:
            return ""


argument_names = st.sampled_from(["path", "size", "colour", "names"]) | st.text(max_size=8)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["path", "size", "colour", "names"]) | st.text(max_size=8), json_values, max_size=5)
)
def test_an_error_about_an_argument_always_names_it(arguments: dict[str, object]):
    try:
        asyncio.run(paint.run(json.dumps(arguments), unheard))
    except ToolError as error:
        told = str(error)
        if told.startswith("The arguments are not one JSON object"):
            return  # NaN and the like, which JSON does not have
        assert any(f"{name}: " in told or f"{name}." in told for name in [*arguments, "path"])
        assert "expected" in told


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_any_text_as_arguments_is_answered_with_words(arguments: str):
    with pytest.raises(ToolError):
        asyncio.run(paint.run(arguments, unheard))

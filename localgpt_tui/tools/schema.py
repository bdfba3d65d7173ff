"""`@tool`: a typed function with a docstring becomes a tool; pydantic reads its arguments."""

import asyncio
import difflib
import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, cast, get_type_hints, overload

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from localgpt_tui.core.approvals import Act
from localgpt_tui.core.errors import ToolError
from localgpt_tui.core.ports import Progress, Tool

_ARGUMENT = re.compile(r"^ {4}(\w+)(?: \([^)]*\))?: +(.+)$")
_SECTION = re.compile(r"^(Args|Returns|Raises|Yields|Examples?|Notes?):$", re.MULTILINE)


Function = Callable[..., str] | Callable[..., Awaitable[str]]
Foresight = Callable[..., Act] | Callable[..., Awaitable[Act]]


@overload
def tool(function: Function) -> Tool: ...
@overload
def tool(*, foresee: Foresight | None) -> Callable[[Function], Tool]: ...
def tool(function: Function | None = None, *, foresee: Foresight | None = None) -> Tool | Callable[[Function], Tool]:
    """Turn `function` into a `Tool`, or with `@tool(foresee=…)` into one that says first what it would do.

    Its name, signature and docstring (Google style) are all that the model is told: the text before `Args:` describes
    the tool, each line under it an argument. A plain function runs in a thread, a coroutine function where it is
    called. A parameter of type `Progress` is filled in and not shown to the model. `foresee` takes the same arguments,
    under the same names, except a `Progress`.

    Raises:
        TypeError: a parameter has no type or no description.
    """
    if function is None:
        return lambda named: _made(named, foresee)
    return _made(function, foresee)


def _made(function: Function, foresee: Foresight | None) -> Tool:
    name = function.__name__
    hints = get_type_hints(function, include_extras=True)
    description, described = _read_docstring(function)
    fields: dict[str, Any] = {}
    progress_name = ""
    for parameter in inspect.signature(function).parameters.values():
        if hints.get(parameter.name) == Progress:
            progress_name = parameter.name
        elif parameter.name not in hints or parameter.name not in described:
            raise TypeError(f"{name}: the argument {parameter.name} needs a type and a line under Args")
        else:
            required = parameter.default is inspect.Parameter.empty
            default = ... if required else parameter.default
            fields[parameter.name] = (hints[parameter.name], Field(default, description=described[parameter.name]))
    arguments_model = create_model(name, __config__=ConfigDict(extra="forbid"), **fields)

    async def run(arguments: str, progress: Progress) -> str:
        values = _read_arguments(arguments_model, arguments)
        if inspect.iscoroutinefunction(function):
            return str(await function(**values, **({progress_name: progress} if progress_name else {})))
        handed_over = {progress_name: _from_thread(progress)} if progress_name else {}
        return str(await asyncio.to_thread(partial(function, **values, **handed_over)))

    async def foreseen(arguments: str) -> Act:
        assert foresee is not None  # noqa: S101 - only then is this handed out
        values = _read_arguments(arguments_model, arguments)
        seen = foresee(**values) if inspect.iscoroutinefunction(foresee) else asyncio.to_thread(foresee, **values)
        return cast("Act", await cast("Awaitable[object]", seen))

    return Tool(name, description, _schema(arguments_model), run, foreseen if foresee else None)


def _read_docstring(function: Callable[..., object]) -> tuple[str, dict[str, str]]:
    """The description, and the text of each argument."""
    text = inspect.getdoc(function) or ""
    first = _SECTION.search(text)
    description = text[: first.start()].strip() if first else text.strip()
    if not description:
        raise TypeError(f"{function.__name__}: a tool needs a docstring")
    arguments: dict[str, str] = {}
    name = ""
    for line in text.partition("Args:\n")[2].splitlines():
        if _SECTION.match(line):
            break
        if found := _ARGUMENT.match(line):
            name, arguments[name] = found[1], found[2].strip()
        elif name and line.strip():
            arguments[name] += " " + line.strip()
    return description, arguments


def _schema(arguments_model: type[BaseModel]) -> Mapping[str, object]:
    """The JSON schema without pydantic's titles, which tell a model nothing and cost tokens."""
    schema = arguments_model.model_json_schema()
    schema.pop("title", None)
    schema.setdefault("properties", {})
    for one in schema["properties"].values():
        one.pop("title", None)
    return schema


def _read_arguments(arguments_model: type[BaseModel], text: str) -> dict[str, Any]:
    try:
        # A lone surrogate has no UTF-8; a question mark in its place is an argument like any other.
        read = arguments_model.model_validate_json(text.encode("utf-8", "replace"))
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False)
        raise ToolError(
            "; ".join(_explain(problem, arguments_model) for problem in problems) + ".",
            "Correct the arguments and call the tool again.",
        ) from None
    return {name: getattr(read, name) for name in arguments_model.model_fields}


def _explain(problem: ErrorDetails, arguments_model: type[BaseModel]) -> str:
    fields = arguments_model.model_fields
    if not problem["loc"]:
        return f"The arguments are not one JSON object ({problem['msg']}); expected {_expected(fields)}"
    name, *inner = (str(step) for step in problem["loc"])
    if name not in fields:
        near = difflib.get_close_matches(name, fields, n=1)
        guess = f"; did you mean {near[0]}?" if near else ""
        return f"{name}: there is no such argument{guess} (expected {_expected(fields)})"
    where = ".".join((name, *inner))
    kind = _type_of(fields[name])
    if problem["type"] == "missing":
        return f"{where}: this argument is missing (expected {kind})"
    said = problem["msg"]
    return f"{where}: {said[:1].lower()}{said[1:]}, not {_short(problem['input'])} (expected {kind})"


def _expected(fields: Mapping[str, FieldInfo]) -> str:
    return ", ".join(f"{name}: {_type_of(field)}" for name, field in fields.items()) or "no arguments: {}"


def _type_of(field: FieldInfo) -> str:
    plain = {str: "string", int: "integer", float: "number", bool: "true or false"}
    kind = plain.get(field.annotation, "") if isinstance(field.annotation, type) else ""
    kind = kind or str(field.annotation).replace("typing.", "")
    return kind if field.is_required() else f"{kind}, optional"


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "…"


def _from_thread(progress: Progress) -> Progress:
    """Hands output over to the event loop, where whoever listens lives."""
    loop = asyncio.get_running_loop()
    return lambda output: loop.call_soon_threadsafe(progress, output)

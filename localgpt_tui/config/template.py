"""The commented config.toml of `config init` and the tables of docs/configuration.md, made from the models."""

import textwrap
from collections.abc import Iterator, Mapping

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from localgpt_tui.config import keys
from localgpt_tui.config.show import toml

_HEAD = """\
# The configuration of localgpt-tui. Every key stands here with its default, switched off by the # before it:
# remove the # to change one. `localgpt-tui config set KEY VALUE` does it for you, `config check` tests the file.
"""


def template() -> str:
    """A config.toml with every key, its meaning and its default; read as it is, it changes nothing."""
    return _HEAD + "".join(_section(path, model) for path, model in keys.sections() if path)


def reference() -> str:
    """Every key in Markdown tables: what it does, what it may hold, its default."""
    return "\n".join(_chapter(path, model) for path, model in keys.sections() if path and any(_own(path, model)))


def _section(path: keys.Path, model: type[BaseModel]) -> str:
    text = f"\n{_comment(_meaning(model))}[{keys.written(path)}]\n"
    tables = ""
    for name, field in _own(path, model):
        if keys.is_table(field):
            tables += f"\n{_comment(field.description or '')}[{keys.written((*path, name))}]\n"
            tables += "".join(f"#{entry}\n" for entry in _entries(field))
        else:
            text += f"{_comment(field.description or '')}#{name} = {toml(_default(field))}\n"
    return text + tables


def _chapter(path: keys.Path, model: type[BaseModel]) -> str:
    rows = "".join(
        f"| `{name}` | {field.description} | {_holds((*path, name))} | `{_shown(field)}` |\n"
        for name, field in _own(path, model)
    )
    head = f"### `[{keys.written(path)}]`\n\n{_meaning(model)}\n\n"
    return f"{head}| Key | What it does | Holds | Default |\n| --- | --- | --- | --- |\n{rows}"


def _own(path: keys.Path, model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    return ((name, field) for name, field in model.model_fields.items() if (*path, name) in dict(keys.leaves()))


def _default(field: FieldInfo) -> object:
    default = field.get_default(call_default_factory=True)
    return default.get_secret_value() if isinstance(default, SecretStr) else default


def _shown(field: FieldInfo) -> str:
    default = _default(field)
    return "see below" if isinstance(default, Mapping) else toml(default)


def _entries(field: FieldInfo) -> list[str]:
    default = _default(field)
    table = default if isinstance(default, Mapping) else {}
    return [f"{keys.written((str(name),))} = {toml(value)}" for name, value in table.items()]


def _holds(path: keys.Path) -> str:
    return keys.expectation(path).replace("|", "\\|")


def _meaning(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().splitlines()[0]


def _comment(text: str) -> str:
    return textwrap.fill(text.replace("`", ""), 100, initial_indent="# ", subsequent_indent="# ") + "\n"


if __name__ == "__main__":
    print(reference())  # noqa: T201 - for docs/configuration.md

"""Keys as the person has them: read from `[ui.keys]`, handed to Textual, and written as they stand on the keyboard."""

from collections.abc import Mapping

LEADER = "leader."
"""How the names of leader paths begin in `[ui.keys]`: `leader.copy-code = "yc"`."""

UNBOUND = "unbound"
"""Stands for no key at all: Textual takes an empty one for the default."""

_SPELLED = {
    "esc": "escape",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "del": "delete",
    "return": "enter",
    "?": "question_mark",
}
_SHOWN = {
    "escape": "Esc",
    "question_mark": "?",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "asterisk": "*",
    "slash": "/",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
}


def keymap(keys: Mapping[str, str]) -> dict[str, str]:
    """What Textual is to be given for the person's `keys`, which map an action's id to keys with commas between."""
    return {
        action: ",".join(spelled(wanted)) or UNBOUND for action, wanted in keys.items() if not action.startswith(LEADER)
    }


def leader_path(command: str, path: str, keys: Mapping[str, str]) -> str:
    """What is pressed after Ctrl+X for `command`: what the person wants, else `path`; empty for nothing."""
    wanted = keys.get(LEADER + command)
    if wanted is None:
        return path
    return "".join(" " if key.lower() == "space" else key for key in wanted.split()) if wanted != " " else wanted


def shown_path(path: str, sign: str = "Ctrl+X") -> str:
    """A leader path as it is pressed: `yc` as `Ctrl+X y c`; nothing for none."""
    return " ".join([sign, *("Space" if key == " " else key for key in path)]) if path else ""


def spelled(keys: str) -> tuple[str, ...]:
    """Keys as Textual spells them: `Ctrl+G, f5` is `ctrl+g` and `f5`; a capital letter stays one."""
    found = []
    for key in keys.split(","):
        *modifiers, letter = key.strip().split("+")
        if not letter:
            continue
        if len(letter) > 1 or modifiers:
            letter = letter.lower()
        found.append("+".join([*(modifier.strip().lower() for modifier in modifiers), _SPELLED.get(letter, letter)]))
    return tuple(found)


def shown(key: str) -> str:
    """`ctrl+j` as `Ctrl+J`, `question_mark` as `?`; nothing for no key."""
    if key == UNBOUND:
        return ""
    *modifiers, letter = key.strip().split("+")
    sign = _SHOWN.get(letter, letter if len(letter) == 1 and not modifiers else letter.capitalize())
    return "+".join([*(modifier.capitalize() for modifier in modifiers), sign])

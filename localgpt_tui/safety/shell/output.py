"""What plain commands print, where that can be told without running them: enough to see through disguises."""

import base64
import binascii
import codecs
import re
from collections.abc import Callable, Sequence

from localgpt_tui.safety.shell.words import PRINTED, UNKNOWN, decoded

_LONGEST = 20_000


def prints(argv: Sequence[str], stdin: str | None) -> str | None:
    """What `argv` prints when it reads `stdin`; None where that cannot be told."""
    if not argv or any(UNKNOWN in word or PRINTED in word for word in argv):
        return None
    program, arguments = argv[0].rpartition("/")[2], list(argv[1:])
    if program == "echo":
        return _echo(arguments)
    if program == "printf":
        return _printf([word for word in arguments if word != "--"])
    if stdin is None or len(stdin) > _LONGEST:
        return None
    return _filtered(program, arguments, stdin)


def decodes(program: str, arguments: Sequence[str]) -> bool:
    """Whether this turns text into other text that nobody can read beforehand."""
    match program:
        case "base64" | "base32" | "basenc":
            return any(word in ("-d", "-D", "--decode") or re.fullmatch(r"-[a-z]*d[a-z]*", word) for word in arguments)
        case "xxd":
            return any(word.startswith("-") and "r" in word for word in arguments)
        case "openssl":
            return any(word in ("enc", "base64", "-d") for word in arguments)
        case "gzip" | "bzip2" | "xz" | "zstd":
            return any(re.fullmatch(r"-[a-z]*d[a-z]*|--decompress", word) for word in arguments)
        case _:
            return program in {"rev", "tr", "uudecode", "gunzip", "zcat", "bunzip2", "xzcat", "unxz", "gpg", "tac"}


def _echo(arguments: list[str]) -> str:
    escapes = False
    while arguments and re.fullmatch(r"-[neE]+", arguments[0]):
        escapes = "e" in arguments.pop(0) or escapes
    text = " ".join(arguments)
    return decoded(text) if escapes else text


def _printf(arguments: list[str]) -> str | None:
    if not arguments or arguments[0].startswith("-"):
        return None
    template, values = decoded(arguments[0]), arguments[1:]
    slots = len(re.findall(r"%[sbq]", template))
    if not slots:
        return template.replace("%%", "%") if "%" not in template.replace("%%", "") else None
    printed = "".join(
        _one_printf(template, values[start : start + slots]) for start in range(0, max(len(values), 1), slots)
    )
    return printed if "%" not in printed else None


def _one_printf(template: str, values: list[str]) -> str:
    left = iter(values)

    def filled(found: re.Match[str]) -> str:
        value = next(left, "")
        return decoded(value) if found[1] == "b" else value

    return re.sub(r"%([sbq])", filled, template)


def _filtered(program: str, arguments: list[str], text: str) -> str | None:
    turned: str | None = None
    match program:
        case "cat" | "tee" if not [word for word in arguments if word != "-"]:
            turned = text
        case "rev":
            turned = "\n".join(line[::-1] for line in text.split("\n"))
        case "base64" if decodes(program, arguments):
            turned = _bytes_as_text(text, base64.b64decode)
        case "base32" if decodes(program, arguments):
            turned = _bytes_as_text(text, base64.b32decode)
        case "xxd" if decodes(program, arguments):
            turned = _bytes_as_text(re.sub(r"\s", "", text), bytes.fromhex)
        case "tr":
            turned = _translated(arguments, text)
    return turned


def _translated(arguments: list[str], text: str) -> str | None:
    if len(arguments) == 2 and arguments[0] == "-d":
        return "".join(one for one in text if one not in _set(arguments[1]))
    if len(arguments) != 2 or arguments[0].startswith("-"):
        return None
    old, new = _set(arguments[0]), _set(arguments[1])
    if not new:
        return None
    new = new.ljust(len(old), new[-1])
    if sorted(arguments) in (["A-Za-z", "N-ZA-Mn-za-m"], ["N-ZA-Mn-za-m", "A-Za-z"]):
        return codecs.encode(text, "rot13")
    return text.translate(dict(zip(map(ord, old), new, strict=False)))


def _set(written: str) -> str:
    return re.sub(
        r"(.)-(.)",
        lambda found: "".join(map(chr, range(ord(found[1]), ord(found[2]) + 1))),
        decoded(written),
        flags=re.DOTALL,
    )


def _bytes_as_text(text: str, decode: Callable[[str], bytes]) -> str | None:
    try:
        return decode(text.strip()).decode()
    except (ValueError, binascii.Error):
        return None

"""Lines that destroy what cannot be had back, or that bring the machine to its knees."""

import re
from collections.abc import Iterator

from localgpt_tui.safety.shell.calls import Call
from localgpt_tui.safety.shell.ground import Ground, path_of, paths_in
from localgpt_tui.safety.shell.unwrap import inline_code
from localgpt_tui.safety.shell.words import PRINTED, UNKNOWN

_DISK_TOOLS = frozenset(
    {"wipefs", "fdisk", "sfdisk", "cfdisk", "gdisk", "sgdisk", "parted", "mkswap", "blkdiscard", "hdparm", "debugfs"}
    | {"tune2fs", "cryptsetup", "lvremove", "vgremove", "pvremove", "zpool", "mdadm", "badblocks", "diskutil", "newfs"}
)
_REMOVERS = frozenset({"rm", "unlink", "rmdir", "shred", "srm", "trash", "gio", "wipe"})
_ENDLESS = frozenset({"/dev/zero", "/dev/urandom", "/dev/random", "/dev/full"})
_HUGE = 5e10  # bytes
_SPACE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGTPEZY]?)i?B?", re.IGNORECASE)
_TREE_REMOVAL = re.compile(
    r"(?:rmtree|rm_rf|rm_r|remove_tree|removeSync|rmSync|rmdirSync|FileUtils\.\w*rm\w*|remove_entry|rimraf|unlink)\s*\(?\s*"
    r"(?:os\.path\.expanduser\(\s*|Path\.home\(\)|Dir\.home|os\.environ\[)?(?:['\"](?P<path>[^'\"]*)['\"])?"
)
_FORKS = re.compile(r"(?:while|for|until|loop)\b[^#]*\bfork\b|fork\s*(?:\(\s*\))?\s*while|\bfork\b[^;]*;[^;]*\bfork\b")


def damages(call: Call, ground: Ground) -> Iterator[str]:
    """Why `call` is refused as destructive; nothing where it is not."""
    program = call.program
    if program.startswith("mkfs") or program in _DISK_TOOLS:
        yield f"{program} writes to disks themselves"
    if program in _REMOVERS:
        yield from _removal(call, ground)
    if program in {"find", "gfind", "fd", "fdfind"}:
        yield from _found_and_removed(call, ground)
    if program == "dd":
        yield from _copied_blocks(call, ground)
    if program in {"mv", "rsync", "chmod", "chown", "chgrp", "setfacl", "tar", "unzip"}:
        yield from _sweeping(call, ground)
    if program == "git" and _cleans_everything(call.arguments):
        yield "it deletes every file that git does not keep"
    for redirect in call.redirects:
        if ">" in redirect.sign and ground.device(_path(redirect.target, call, ground)):
            yield f"it overwrites the device {redirect.target}"
    yield from _fills_the_machine(call)
    yield from _in_code(call, ground)


def _removal(call: Call, ground: Ground) -> Iterator[str]:
    deep = call.program in {"shred", "srm", "wipe"} or any(
        re.fullmatch(r"-[a-zA-Z]*[rR][a-zA-Z]*|--recursive|--no-preserve-root", word) for word in call.arguments
    )
    for word in _operands(call):
        path = _path(word, call, ground)
        if word in (PRINTED, UNKNOWN):
            continue
        if deep and (ground.whole(path) or ground.system(path)):
            yield f"it would delete {word} with all that is in it"
        elif ground.system(path):
            yield f"it would delete {word}, a part of the system"


def _found_and_removed(call: Call, ground: Ground) -> Iterator[str]:
    words = call.arguments
    removing = "-delete" in words or any(
        word in {"-exec", "-execdir", "-ok", "-okdir", "-x", "-X"}
        and words[place + 1 : place + 2]
        and words[place + 1].rpartition("/")[2] in {"rm", "shred", "unlink", "truncate"}
        for place, word in enumerate(words)
    )
    if not removing:
        return
    starts = []
    for word in words:
        if word.startswith("-") or word in {"(", "!"}:
            break
        starts.append(word)
    narrowed = any(re.match(r"-i?(?:name|path|regex|wholename)$", word) for word in words)
    for start in starts or ["."]:
        path = _path(start, call, ground)
        if ground.whole(path) and (ground.outside(path) or not narrowed):
            yield f"it would delete what it finds under {start}"


def _copied_blocks(call: Call, ground: Ground) -> Iterator[str]:
    values = dict(word.partition("=")[::2] for word in call.arguments)
    if ground.device(_path(values.get("of", "x"), call, ground)):
        yield f"it overwrites the device {values['of']}"
    size = _bytes(values.get("bs", "512")) * (_bytes(values["count"]) if "count" in values else 1e18)
    if values.get("if") in _ENDLESS and values.get("of", "/dev/null") != "/dev/null" and size > _HUGE:
        yield "it would fill the disk"


def _sweeping(call: Call, ground: Ground) -> Iterator[str]:
    operands = [(word, _path(word, call, ground)) for word in _operands(call)]
    deep = any(re.fullmatch(r"-[a-zA-Z]*R[a-zA-Z]*|--recursive", word) for word in call.arguments)
    match call.program:
        case "mv":
            yield from (f"it would move {word} away" for word, path in operands[:-1] if ground.whole(path))
        case "rsync":
            if any(word.startswith("--del") for word in call.arguments):
                yield from (f"it would delete what is in {word}" for word, path in operands[-1:] if ground.whole(path))
        case "chmod" | "chown" | "chgrp" | "setfacl":
            yield from (
                f"it would change who may use {word}"
                for word, path in operands[1:]
                if ground.system(path) or (deep and ground.whole(path) and ground.outside(path))
            )
        case _:
            for place, word in enumerate(call.arguments[:-1]):
                target = _path(call.arguments[place + 1], call, ground)
                if word in {"-C", "-d", "--directory"} and (target == "/" or ground.system(target)):
                    yield f"it would unpack over {call.arguments[place + 1]}"


def _cleans_everything(arguments: tuple[str, ...]) -> bool:
    flags = "".join(word for word in arguments if re.fullmatch(r"-[a-zA-Z]+", word))
    return "clean" in arguments[:3] and "f" in flags and ("x" in flags or "X" in flags) and "n" not in flags


def _fills_the_machine(call: Call) -> Iterator[str]:
    into_file = any(
        ">" in redirect.sign and not redirect.target.startswith("/dev/") and not redirect.target.isdigit()
        for redirect in call.redirects
    )
    bounded = any(one.program in {"head", "timeout"} for one in (call, *call.upstream))
    endless = call.program == "yes" or any(word in _ENDLESS for word in call.arguments)
    if (
        endless
        and call.program in {"cat", "yes", "tr", "base64", "xxd", "od", "tee", "cp"}
        and not bounded
        and (into_file or call.program == "cp")
    ):
        yield "it writes without end"
    if (
        any(one.program == "yes" or set(one.arguments) & _ENDLESS for one in call.upstream)
        and into_file
        and not bounded
    ):
        yield "it writes without end"
    if call.program in {"sort", "tail", "wc", "tac", "grep"} and any(word == "/dev/zero" for word in call.arguments):
        yield "it reads without end until the memory is full"
    sized = call.program in {"fallocate", "truncate", "head", "mkfile"}
    huge = sized and any(_bytes(word.lstrip("-+=<>lsc")) > _HUGE for word in call.arguments)
    if huge or call.program in {"stress", "stress-ng"}:
        yield "it would fill the disk or the machine"


def _in_code(call: Call, ground: Ground) -> Iterator[str]:
    codes = inline_code(call.argv) or ((call.stdin,) if call.stdin and call.argv[1:2] in ((), ("-",)) else ())
    for code in codes:
        if _FORKS.search(code):
            yield "it starts copies of itself without end"
        for found in _TREE_REMOVAL.finditer(code):
            path = found["path"]
            if path is None and re.search(r"expanduser|home|environ", found[0]):
                path = ground.home
            if path and any(
                ground.whole(one) or ground.system(one) for one in paths_in(path, call.folder, ground.home)
            ):
                yield f"its code would delete {path} with all that is in it"


def _operands(call: Call) -> list[str]:
    return [word for word in call.arguments if not word.startswith("-")]


def _path(word: str, call: Call, ground: Ground) -> str:
    return path_of(word, call.folder, ground.home)


def _bytes(size: str) -> float:
    found = _SPACE.fullmatch(size)
    return float(found[1]) * 1024.0 ** " KMGTPEZY".index((found[2] or " ").upper()) if found else 0.0

"""What changes between two contents of a file, for a person to read; pure, and quick whatever they hold."""

import codecs
import difflib
from collections.abc import Iterator, Sequence

from localgpt_tui.memory.document import byte_lines

WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
"""How files begin that are text, but none that is edited here."""

_CONTEXT = 3
_MOST_COMPARED = 6_000  # lines; where more differ, they are not compared one by one

Step = tuple[str, int, int, int, int]
"""As difflib has it: what is done, and which lines it takes and makes."""


def difference(before: bytes | None, after: bytes, name: str) -> str:
    """The change in unified form; in words where one of both is no text, or nothing would be seen."""
    if before is not None and (b"\0" in before or before.startswith(WIDE)):
        return f"{name}: {len(before):,} bytes that are not UTF-8 text would be replaced by:\n\n{_shown(after)}"
    old, new = (_shown(content or b"").splitlines(keepends=True) for content in (before, after))
    if old == new and before is not None:
        return f"{name}: only line ends or bytes that do not print would change."
    first = "/dev/null" if before is None else name
    lines = (f"--- {first}\n", f"+++ {name}\n", *_hunks(old, new))
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at the end of the file\n" for line in lines)


def counts(before: bytes | None, after: bytes) -> tuple[int, int]:
    """How many lines come and how many go."""
    changed = [step for step in _steps(byte_lines(before or b""), byte_lines(after)) if step[0] != "equal"]
    return sum(last - first for *_, first, last in changed), sum(step[2] - step[1] for step in changed)


def _hunks(old: list[str], new: list[str]) -> Iterator[str]:
    for group in _groups(list(_steps(old, new))):
        taken, made = _range(group[0][1], group[-1][2]), _range(group[0][3], group[-1][4])
        yield f"@@ -{taken} +{made} @@\n"
        for kind, old_first, old_last, first, last in group:
            if kind == "equal":
                yield from (f" {line}" for line in old[old_first:old_last])
            else:
                yield from (f"-{line}" for line in old[old_first:old_last])
                yield from (f"+{line}" for line in new[first:last])


def _groups(steps: list[Step]) -> Iterator[list[Step]]:
    """Steps that stand near each other, with the lines around them."""
    group: list[Step] = []
    for place, (kind, old_first, old_last, first, last) in enumerate(steps):
        if kind != "equal":
            group.append((kind, old_first, old_last, first, last))
            continue
        length = old_last - old_first
        after = min(length, _CONTEXT) if group else 0
        before = min(length, _CONTEXT) if place + 1 < len(steps) else 0
        if group and length <= after + before:
            group.append((kind, old_first, old_last, first, last))
            continue
        if group:
            yield [*group, (kind, old_first, old_first + after, first, first + after)]
        group = [(kind, old_last - before, old_last, last - before, last)]
    if any(step[0] != "equal" for step in group):
        yield group


def _steps(old: Sequence[str] | Sequence[bytes], new: Sequence[str] | Sequence[bytes]) -> Iterator[Step]:
    """The steps from `old` to `new`; what both begin and end with is not compared again."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    if head:
        yield "equal", 0, head, 0, head
    inner_old, inner_new = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(inner_old) + len(inner_new) > _MOST_COMPARED:
        yield "replace", head, head + len(inner_old), head, head + len(inner_new)
    else:
        for kind, i, j, k, m in difflib.SequenceMatcher(None, inner_old, inner_new).get_opcodes():
            yield kind, i + head, j + head, k + head, m + head
    if tail:
        yield "equal", len(old) - tail, len(old), len(new) - tail, len(new)


def _range(first: int, last: int) -> str:
    length = last - first
    return str(first + 1) if length == 1 else f"{first + 1 if length else first},{length}"


def _shown(content: bytes) -> str:
    return content.decode("utf-8-sig", "replace").replace("\r\n", "\n")

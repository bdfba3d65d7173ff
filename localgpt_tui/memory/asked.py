"""What a person only asked in a past session: it is about a thing, and never says it; pure."""

import re

_PERSON = re.compile(r"^- \*\*User\*\*: +(?=\S)")
_SENTENCE = re.compile(r"(?<=[.!?…。！？؟])\s+")
_QUESTION_MARKS = ("?", "？", "؟")


def only_asked(text: str) -> bool:
    """True where each line of a session's text, headings aside, is nothing but questions of the person's."""
    lines = [line for line in text.split("\n") if line.strip() and not line.startswith("#")]
    return bool(lines) and all(_asks(line) for line in lines)


def _asks(line: str) -> bool:
    said, persons = _PERSON.subn("", line.rstrip(), count=1)
    return bool(persons) and all(sentence.endswith(_QUESTION_MARKS) for sentence in _SENTENCE.split(said))

"""What poses as the frame of a conversation: delimiters, chat templates' tokens, roles; made plain words."""

import re
from collections.abc import Iterator

from localgpt_tui.safety.lookalikes import with_places

_GAP = r"[\s_.\-]*"
_NAMES = "|".join(
    name.replace(" ", _GAP)
    for name in (
        "tool (?:outputs?|results?|responses?|calls?|use)",
        "(?:end )?external (?:untrusted )?(?:content|data)",
        "(?:end )?untrusted(?: \\w{1,20}){0,3}",
        "memory (?:context|content)",
        "function (?:calls?|results?|responses?|outputs?)",
        "(?:antml:)?(?:invoke|parameter)(?=[\\s>/=]|$)",
        "tools|functions|function(?==)",
        "system(?: (?:prompt|reminders?|message|note|instructions?))?",
        "(?:assistant|human|developer)(?: (?:message|turn|response))?",
        "user (?:message|input|query|prompt|instructions?)",
        "search results?",
        "(?:start|end) of (?:turn|role|text|image|header)",
        "(?:im|fim) (?:start|end|prefix|suffix|middle|sep)",
        "end (?:of )?text",
        "(?:bos|eos|unk|pad|sop|eop|think|thinking|reasoning|scratchpad)",
    )
)
_MARKER = re.compile(
    rf"<{{1,4}}\s*[/!]?\s*(?:antml:)?(?:{_NAMES})(?![a-z0-9])[^<>\n]{{0,200}}>{{0,4}}"
    rf"|\[{{2,4}}\s*/?\s*(?:end{_GAP})?(?:{_NAMES})(?![a-z0-9])[^\[\]\n]{{0,200}}\]{{0,4}}"
    r"|<\s*\|[^|<>\n]{0,60}\|\s*>|<\s*\|\s*(?:im_|eot|eom|start|end|begin|fim|message|channel|call|return|system|user|assistant)\w*"
    r"|\[\s*/?\s*(?:inst|b_inst|e_inst|gmask|smask|tool_calls|tool_results|tool_content|available_tools|system_prompt|args|call_id"
    r"|think|img|img_break|img_end|begin_audio|model_settings|control_\d{1,3})\s*\]"
    r"|<{1,2}\s*/?\s*sys\s*>{1,2}|<{3}[^<>\n]{1,200}>{3}|\]\s*~\s*!?\s*b\s*\[|\[e~\["
    r"|<\s*(?:unused|reserved[_ ]?|extra_id_)\d{1,5}\s*>|<\s*seed:\w{1,20}\s*>"
    r"|<\s*/?\s*(?:tool|function|external|memory|system|im)[\s_.\-]*(?=\()"  # what is left around another marker
    r"|<\s*/?\s*s\s*>(?=\s*(?:\[\s*/?\s*inst|<\s*/?\s*s\s*>|<<|$))|(?<=>)\s*</?s>"
    r"|^[ \t]*#{2,4}[ \t]*(?:instructions?|response|input|system|human|assistant|user)[ \t]*:"
)
_ROLE = re.compile(
    r"^(?P<before>[ \t>*_]*)(?P<role>human|assistant|system|user|developer)(?P<after>[*_]*[ \t]*:)", re.MULTILINE
)
_MARKERS = re.compile(_MARKER.pattern, re.MULTILINE)
_STRUCK = re.compile(r"<\s*/?\s*s\s*>|\n")
_BRACKETS = re.compile(r"[<>\[\]|#:!\0]")


def neutralised(text: str) -> str:
    """`text` with every such marker in round brackets: readable as what it was, and nothing to a model's template.

    Look-alikes, entities and spaced spellings count too, and so does what the removal of another marker puts together.
    """
    for _ in range(8):
        folded, places = with_places(text)
        spans = [
            (found.start(), found.end(), _words(text[places[found.start()] : places[found.end()]], found[0]))
            for found in _MARKERS.finditer(folded)
        ]
        spans += [
            (found.start("role"), found.end("role"), text[places[found.start("role")] : places[found.end("role")]])
            for found in _ROLE.finditer(folded)
            if _poses(text, places[found.start("role")])
        ]
        spans += [(start, end, _words(folded[start:end], folded[start:end])) for start, end in _unpaired(folded)]
        if not spans:
            return text
        before = len(folded) + 1
        for start, end, words in sorted(spans, reverse=True):
            if end > before:
                continue  # another marker begins in it; the next round finds what is left
            before = start
            text = f"{text[: places[start]]}({' '.join(words.split())[:120]}){text[places[end] :]}"
    return text.replace("<", "(").replace(">", ")").replace("[", "(").replace("]", ")")


def _unpaired(folded: str) -> Iterator[tuple[int, int]]:
    """Where `<s>` or `</s>` stands without the other: so the texts of some models begin and end."""
    opened: list[tuple[int, int]] = []
    for found in _STRUCK.finditer(folded):
        if found[0] == "\n":
            yield from opened
            opened = []
        elif "/" not in found[0]:
            opened.append(found.span())
        elif opened:
            opened.pop()
        else:
            yield found.span()
    yield from opened


def _words(written: str, folded: str) -> str:
    """The words of a marker, as written where that is plain."""
    return _BRACKETS.sub("", written if written.isascii() and "&" not in written else folded)


def _poses(text: str, place: int) -> bool:
    """Whether a role at `place` looks like a turn of a conversation rather than a key of some list."""
    return text[place].isupper() or not text[place].isascii() or text[:place].rstrip(" \t>*_").endswith("\n\n")

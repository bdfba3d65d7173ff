"""What poses as the frame of a conversation: delimiters, chat templates' tokens, roles; made plain words."""

import re

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
        "(?:antml:)?(?:invoke|parameter)(?=[\\s>/]|$)",
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
    r"|\[\s*/?\s*(?:inst|b_inst|e_inst|gmask|smask|tool_calls|tool_results|tool_content|available_tools|system_prompt|args|call_id)\s*\]"
    r"|<<\s*/?\s*sys\s*>>"
    r"|<\s*/?\s*(?:tool|function|external|memory|system|im)[\s_.\-]*(?=\()"  # what is left around another marker
    r"|<\s*/?\s*s\s*>(?=\s*(?:\[\s*/?\s*inst|<\s*/?\s*s\s*>|<<|$))|(?<=>)\s*</?s>"
    r"|^[ \t]*#{2,4}[ \t]*(?:instructions?|response|input|system|human|assistant|user)[ \t]*:"
)
_ROLE = re.compile(
    r"^(?P<before>[ \t>*_]*)(?P<role>human|assistant|system|user|developer)(?P<after>[*_]*[ \t]*:)", re.MULTILINE
)
_MARKERS = re.compile(_MARKER.pattern, re.MULTILINE)
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
        if not spans:
            return text
        for start, end, words in sorted(spans, reverse=True):
            text = f"{text[: places[start]]}({' '.join(words.split())[:120]}){text[places[end] :]}"
    return text.replace("<", "(").replace(">", ")").replace("[", "(").replace("]", ")")


def _words(written: str, folded: str) -> str:
    """The words of a marker, as written where that is plain."""
    return _BRACKETS.sub("", written if written.isascii() and "&" not in written else folded)


def _poses(text: str, place: int) -> bool:
    """Whether a role at `place` looks like a turn of a conversation rather than a key of some list."""
    return text[place].isupper() or not text[place].isascii() or text[:place].rstrip(" \t>*_").endswith("\n\n")

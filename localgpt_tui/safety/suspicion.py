"""How much a text reads like an attempt to give a model orders: a badge for the screen, never a verdict."""

import base64
import binascii
import codecs
import re
import unicodedata
from collections.abc import Iterator

from localgpt_tui.safety.lookalikes import folded
from localgpt_tui.safety.markers import neutralised
from localgpt_tui.safety.terminal import printable

_LONGEST = 50_000
_OLD = r"(?:previous|prior|above|earlier|preceding|former|all|any|your|the|these|those|other|existing|initial|system)"
_RULES = (
    r"(?:instructions?|prompts?|rules?|guidelines?|directions?|directives?|commands?|context|messages?|orders?"
    r"|polic(?:y|ies)|programming)"
)
_FEW = r"\W+(?:\w+\W+){0,4}?"
_SOME = r"\W+(?:\w+\W+){0,5}"
_SIGNS: tuple[tuple[float, tuple[str, ...]], ...] = (
    (
        0.75,  # to put aside what was said before, in the languages seen most
        (
            rf"(?:ignor|disregard|forget|overrid|bypass|overlook|neglect|discard)\w*{_FEW}{_OLD}{_FEW}{_RULES}",
            r"(?:忽略|无视|無視|忘记|忘記).{0,12}(?:指令|指示|命令|说明|說明|提示|規則|规则)",
            r"(?:指示|命令|プロンプト).{0,10}(?:無視|忘れ)",
            r"(?:지시|명령|프롬프트).{0,10}(?:무시|잊)",
            rf"(?:ignorier\w*|vergiss){_SOME}(?:anweisung|befehl|regel|instruktion|vorgabe)",
            rf"(?:ignore[zr]?|oublie[zr]?){_SOME}(?:instructions?|consignes?|regles?)",
            rf"(?:ignor[ae]|olvida|omite)\w*{_SOME}(?:instrucci|instrucoes|istruzion|reglas|ordenes|regras)",
            rf"(?:игнориру|забуд)\w*{_SOME}(?:инструкци|указани|команд)",
            r"تجاهل.{0,30}(?:تعليمات|أوامر)|התעלם.{0,30}הוראות|निर्देश.{0,20}(?:अनदेखा|नज़रअंदाज)",
        ),
    ),
    (
        0.5,  # to do harm, or to hide
        (
            r"(?:run|execute|type|paste|enter)\b.{0,40}(?:curl|wget|bash|sh -c|rm -rf|powershell|base64)",
            r"(?:curl|wget)\b.{0,200}\|\s*(?:ba|z)?sh\b",
            (
                r"(?:send|post|upload|forward|exfiltrate|leak|e-?mail)\w*\b.{0,60}"
                r"(?:keys?|secrets?|passwords?|tokens?|credentials?|memory\.md|history|conversation|notes)\b"
            ),
            (
                r"(?:reveal|print|repeat|show|output|leak)\b.{0,30}"
                r"(?:system prompt|your (?:instructions|prompt|rules)|hidden (?:instructions|prompt))"
            ),
            r"do not (?:tell|inform|mention|alert|show|ask)\b.{0,30}(?:user|human|person|owner|anyone|them)",
            r"without (?:telling|asking|informing|the user)",
            r"(?:decode|decrypt|rot13|base64)\b.{0,30}(?:and|then)\W+(?:follow|obey|run|execute|do)",
        ),
    ),
    (
        0.35,  # to be somebody else, or to speak with authority
        (
            (
                r"(?:new|updated|real|actual|important|urgent|priority|secret|hidden)\W+(?:\w+\W+)?"
                r"(?:instructions?|task|directive|orders?|objective)\s*[:!]"
            ),
            r"(?:system|admin\w*|developer|root|security)\W+(?:override|command|mode|notice|message|instruction)s?\b",
            r"you (?:are|will be|must be) now\b|from now on\b.{0,30}\byou\b|jailbreak|\bdan mode\b|developer mode",
            r"(?:act|behave|respond) as (?:if|an?|the|my|though)\b|pretend (?:to be|that|you)",
            (
                r"(?:bypass|disable|turn off|circumvent|ignore)\b.{0,25}"
                r"(?:safety|guard|filter|restriction|sandbox|approval|polic)"
            ),
            (
                r"(?:assistant|\bai\b|agent|language model|llm|chatbot|claude|gpt|gemini)s?\b.{0,40}"
                r"\b(?:must|should|have to|need to|please|is to|are to)\b"
            ),
            (
                r"(?:call|use|invoke) (?:the )?\W?(?:bash|shell|write_file|edit_file|memory_\w+|web_fetch|send_\w+)"
                r"\W? ?(?:tool|function|with)"
            ),
        ),
    ),
)
_PATTERNS = tuple(
    (weight, re.compile(pattern, re.IGNORECASE | re.DOTALL)) for weight, patterns in _SIGNS for pattern in patterns
)
_SPELLED = re.compile(r"(?<![^\W_])(?:[^\W\d_](?:[.\-_*·•+~|/,]|\s)){3,}[^\W\d_](?![^\W_])")
_JOINED = re.compile(r"(?<=\w)[\u0000-\u001f\u00ad\u200b-\u200f\u2060\ufeff]+(?=\w)")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,4000}={0,2}")
_LEET = str.maketrans("013457@$", "oieastas")


def score(text: str) -> float:
    """From 0 (like any text) to 1: how much `text`, or what is encoded in it, reads like orders to a model."""
    text = text[:_LONGEST]
    best = 0.0
    for share, reading in _readings(text):
        doubt = 1.0
        for weight, pattern in _PATTERNS:
            if pattern.search(reading):
                doubt *= 1 - weight
        best = max(best, share * (1 - doubt))
    shown = printable(text)
    if neutralised(shown) != shown:
        best = 1 - (1 - best) * 0.4
    if shown != text and best:
        best = 1 - (1 - best) * 0.7
    return round(min(best, 1.0), 3)


def _readings(text: str) -> Iterator[tuple[float, str]]:
    """The ways `text` can be read, and how much finding something in each says."""
    seen = unicodedata.normalize("NFKC", printable(_JOINED.sub("", text)))
    yield 1.0, _one_space(seen)
    plain = _one_space(folded(seen))
    yield 1.0, plain
    together = _SPELLED.sub(lambda found: re.sub(r"[^\w]|_", "", found[0]), plain)
    if together != plain:
        yield 1.0, together
    yield 0.9, plain.translate(_LEET)
    yield 0.9, codecs.encode(plain, "rot13")
    yield 0.8, plain[::-1]
    for found in list(_BASE64.finditer(text))[:50]:
        if decoded := _from_base64(found[0]):
            yield 0.95, _one_space(folded(decoded))


def _from_base64(text: str) -> str:
    try:
        data = base64.b64decode(
            text.replace("-", "+").replace("_", "/").rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
        )
        return data.decode()
    except (ValueError, binascii.Error):
        return ""


def _one_space(text: str) -> str:
    return re.sub(r"\s+", " ", text)

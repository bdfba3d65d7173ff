"""Takes secrets out of text before it is written where it stays: logs, crash files, error reports."""

import os
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote

MASK = "***"

_SHORTEST = 4
_PLACEHOLDERS = frozenset({"dummy", "empty", "fake", "local", "lm-studio", "none", "null", "ollama", "test", "true"})
"""What people write where a local server wants a key but checks none; masking it would only garble the text."""

_SECRET_NAMES = re.compile(
    r"(?:^|_)(?:API_?KEY|TOKEN|SECRET|PASSWORD|PASSWD|ACCESS_KEY|PRIVATE_KEY|CREDENTIALS)$", re.IGNORECASE
)

_KEYS = re.compile(
    r"""
    -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----.*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|\Z)
    | \b(?:
        sk-[\w-]{16,}                                  # OpenAI, Anthropic (sk-ant-), OpenRouter (sk-or-)
      | (?:AKIA|ASIA)[0-9A-Z]{16}                      # AWS access key ids
      | gh[pousr]_[A-Za-z0-9]{20,} | github_pat_\w{20,}
      | glpat-[\w-]{20,}
      | AIza[\w-]{30,}                                 # Google
      | xox[abeoprs]-[\w-]{10,}                        # Slack
      | hf_[A-Za-z0-9]{20,} | gsk_\w{20,} | pplx-\w{20,} | tvly-[\w-]{16,} | xai-\w{20,} | BSA[\w-]{24,}
      | \d{8,10}:[\w-]{35}                             # Telegram bots
      | eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*                # JSON web tokens
    )
    """,
    re.VERBOSE | re.DOTALL,
)
_CREDENTIALS = re.compile(r"\b(Bearer|Basic)([ \t]+)(?=[^\s\"',;]*[\d=_.-])[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE)
_LOGIN = re.compile(r"(\b[a-z][a-z0-9+.-]{0,20}://)[^\s/@\"'<>]{1,200}@", re.IGNORECASE)
_NAMED = re.compile(
    r"""((?<![A-Za-z])(?:[a-z0-9]{1,30}[_-]){0,4}
        (?:api[_-]?key|access[_-]?key|secret|password|passwd|auth[_-]?token|access[_-]?token|api[_-]?token)
        ["']?[ \t]*[:=][ \t]*)
        (?: "[^"\n]{1,500}" | '[^'\n]{1,500}' | [^\s"',;&}\])]{4,500} )""",
    re.VERBOSE | re.IGNORECASE,
)


class Redactor:
    """Masks the secrets it was told about, and whatever has the form of a well-known kind of key.

    A secret shorter than 4 characters is not masked by its value: it would be found in every other word.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        spellings = {spelling for secret in secrets for spelling in _spellings(secret)}
        longest_first = sorted(spellings, key=lambda spelling: (-len(spelling), spelling))
        self._known = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def clean(self, text: str) -> str:
        """`text` with `***` in the place of every secret."""
        if self._known is not None:
            text = self._known.sub(MASK, text)
        text = _KEYS.sub(MASK, text)
        text = _CREDENTIALS.sub(rf"\1\2{MASK}", text)
        text = _LOGIN.sub(rf"\1{MASK}@", text)
        return _NAMED.sub(rf"\1{MASK}", text)


def environment_secrets(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The values of the variables that hold secrets, going by their names (`…_API_KEY`, `…_TOKEN`, `…_SECRET` …)."""
    return tuple(value for name, value in environ.items() if value and names_a_secret(name))


def names_a_secret(name: str) -> bool:
    """Whether a variable of that name holds a secret, such as `…_API_KEY`, `…_TOKEN` or `…_SECRET`."""
    return bool(_SECRET_NAMES.search(name))


def _spellings(secret: str) -> set[str]:
    """How a secret may be written: as it is, in a URL, in a quoted string; nothing for what only looks like one."""
    secret = secret.strip()
    if len(secret) < _SHORTEST or secret.lower() in _PLACEHOLDERS:
        return set()
    return {secret, quote(secret, safe="", errors="surrogateescape"), repr(secret)[1:-1]}

"""The hosts that a text names, as a person writes them; pure."""

import re

_HOST = re.compile(
    r"(?<![\w.@-])(?:https?://)?(?P<host>(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{1,62}|localhost)(?::\d{1,5})?(?![\w@])",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"https?://(?P<host>(?:\d{1,3}\.){3}\d{1,3})(?::\d{1,5})?(?![\w.@])", re.IGNORECASE)


def hosts_in(text: str) -> frozenset[str]:
    """The hosts in `text`, in small letters and as the network spells them (punycode); ports are left out.

    Numbers count only in an address that begins with `http://` or `https://`, since versions look like them.
    """
    found = (match["host"].rstrip(".").lower() for one in (_HOST, _NUMBERED) for match in one.finditer(text))
    return frozenset(filter(None, map(_spelled, found)))


def _spelled(host: str) -> str:
    if host.isascii():
        return host
    import idna  # noqa: PLC0415 - its tables are large, and few names need them

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        return ""

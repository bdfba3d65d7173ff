"""Lengths of time, times of the day and time zones, as a configuration says them."""

import os
import re
from datetime import UTC, datetime, time, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_PART = re.compile(r"(\d{1,9})([smhd])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_LONGEST = 366 * 86_400
_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")


def duration(text: str) -> timedelta:
    """The length of time that `text` says, such as `30m`, `2h30m` or `1d`.

    Raises:
        ValueError: it says none, or one shorter than a second or longer than a year.
    """
    parts = _PART.findall(text.strip())
    if not parts or "".join(number + unit for number, unit in parts) != text.strip():
        raise ValueError("expected a length of time such as 30m, 2h30m or 1d")
    seconds = sum(int(number) * _UNITS[unit] for number, unit in parts)
    if not 0 < seconds <= _LONGEST:
        raise ValueError("expected a length of time from 1s to 366d")
    return timedelta(seconds=seconds)


def interval(text: str) -> timedelta:
    """As `duration`, of at least a minute.

    Raises:
        ValueError: it is none, or shorter.
    """
    length = duration(text)
    if length < timedelta(minutes=1):
        raise ValueError("expected a length of time of at least 1m")
    return length


def in_words(length: timedelta) -> str:
    """`length` as people write it, such as `2h30m`; in whole seconds."""
    rest = max(0, int(length.total_seconds()))
    words = ""
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        words += f"{count}{unit}" if count else ""
    return words or "0s"


def time_of_day(text: str) -> time:
    """The time that `HH:MM` says; 24:00 is midnight.

    Raises:
        ValueError: it says none.
    """
    found = _TIME.fullmatch(text.strip())
    if not found or (found[1] == "24" and found[2] != "00"):
        raise ValueError("expected a time of the day such as 08:30")
    return time(int(found[1]) % 24, int(found[2]))


def zone(name: str = "") -> tzinfo:
    """The time zone called `name`; this machine's, where it is empty.

    Raises:
        ValueError: there is no such time zone.
    """
    if not name:
        return _local()
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("expected a time zone such as Europe/Berlin") from error


def _local() -> tzinfo:
    """This machine's zone with its changes of the clock, which a mere offset would not know."""
    named = os.environ.get("TZ", "").removeprefix(":")
    link = os.path.realpath("/etc/localtime").partition("/zoneinfo/")[2]
    for name in filter(None, (named, link)):
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    try:
        with Path("/etc/localtime").open("rb") as file:
            return ZoneInfo.from_file(file, key="local")
    except (OSError, ValueError):
        return datetime.now().astimezone().tzinfo or UTC

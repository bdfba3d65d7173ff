"""Protocol buffers without their schema: a message as a list of numbered fields, read and written."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5
_FIXED = {_EIGHT_BYTES: 8, _FOUR_BYTES: 4}


class Field(NamedTuple):
    """One field: a number of its own, and an integer or bytes (text, a message, packed or fixed-size numbers)."""

    number: int
    value: int | bytes
    wire: int = _BYTES


def fields(message: bytes) -> Iterator[Field]:
    """The fields of `message` in their order.

    Raises:
        ValueError: these bytes are not a message.
    """
    view, at = memoryview(message), 0
    while at < len(view):
        key, at = _varint(view, at)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            value, at = _varint(view, at)
            yield Field(number, value, wire)
            continue
        size, at = _varint(view, at) if wire == _BYTES else (_FIXED.get(wire, -1), at)
        if not 0 <= size <= len(view) - at:
            raise ValueError(f"a field of wire type {wire} does not fit at byte {at}")
        yield Field(number, bytes(view[at : at + size]), wire)
        at += size


def message(parts: Iterable[Field]) -> bytes:
    """The bytes of a message of these fields; the inverse of `fields`.

    The format: protobuf.dev/programming-guides/encoding.
    """
    written = bytearray()
    for number, value, wire in parts:
        written += _as_varint(number << 3 | wire)
        if isinstance(value, int):
            written += _as_varint(value)
        else:
            written += _as_varint(len(value)) * (wire == _BYTES) + value
    return bytes(written)


def text(number: int, value: str) -> Field:
    """A field that holds text."""
    return Field(number, value.encode())


def integer(number: int, value: int) -> Field:
    """A field that holds an integer from 0 up."""
    return Field(number, value, _VARINT)


def _varint(view: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(view):
        byte = view[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
    raise ValueError("the message ends inside a number")


def _as_varint(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)

"""What a server packed, unpacked piece by piece and never further than wanted."""

import zlib
from typing import Protocol

from localgpt_tui.core.errors import ToolError


class Unpacker(Protocol):
    """Takes bytes as they arrive."""

    def feed(self, chunk: bytes, most: int) -> bytes:
        """At most `most` bytes of what `chunk` holds; the rest is lost where that is not enough.

        Raises:
            ToolError: it is not packed as the server says.
        """
        ...


def unpacker(encoding: str) -> Unpacker:
    """What undoes the content coding `encoding`; empty for none.

    Raises:
        ToolError: it is one that was not asked for.
    """
    match encoding.strip().lower():
        case "" | "identity":
            return _Plain()
        case "gzip" | "x-gzip" | "deflate":
            return _Deflated()
        case other:
            raise ToolError(f"The page is packed in a way that cannot be read ({other[:40]!r}).", "Try another page.")


class _Plain:
    def feed(self, chunk: bytes, most: int) -> bytes:
        return chunk[:most]


class _Deflated:
    """gzip and zlib by their own heads, and the headless form that some servers send as `deflate`."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(zlib.MAX_WBITS | 32)
        self._began = False

    def feed(self, chunk: bytes, most: int) -> bytes:
        unpacked = b""
        while chunk and len(unpacked) < most:
            if self._stream.eof:  # a gzip file may have several parts, or padding behind the last
                if not chunk.startswith(b"\x1f\x8b"):
                    break
                self._stream = zlib.decompressobj(zlib.MAX_WBITS | 32)
            unpacked += self._next(chunk, most - len(unpacked))
            chunk = self._stream.unused_data
        return unpacked

    def _next(self, chunk: bytes, most: int) -> bytes:
        try:
            unpacked = self._stream.decompress(chunk, most)
        except zlib.error:
            if self._began:
                raise ToolError("The page is damaged: it cannot be unpacked.", "Try again, or another page.") from None
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
            try:
                unpacked = self._stream.decompress(chunk, most)
            except zlib.error:
                raise ToolError("The page is not packed in the way that its server says.", "Try another.") from None
        self._began = True
        return unpacked

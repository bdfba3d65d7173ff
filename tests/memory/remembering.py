"""What the tests of the memory share: a workspace with notes, and an embedder that needs no model."""

import struct
from collections.abc import Sequence
from pathlib import Path

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.memory.words import query_words

NOTES = {
    "MEMORY.md": "# Memory\n\n- Anna is my sister; her birthday is 14 May.\n- The wifi password is swordfish.\n",
    "memory/2026-01-31.md": "# 2026-01-31\n\n- **Anna**: I bought a canoe.\n- **Ben**: And I sold my bicycle.\n",
    "memory/2026-02-14.md": "# 2026-02-14\n\n- Went paddling on the lake with the children.\n",
    "knowledge/rust.md": "# Rust\n\n## Ownership\n\nA value has one owner at a time.\n\n## Lifetimes\n\nRefs end.\n",
    "knowledge/kyoto.md": "# 旅行\n\n東京都から京都へ行きました。\n",
}


def write(folder: Path, notes: dict[str, str] = NOTES) -> Path:
    for name, text in notes.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


class FakeEmbedder:
    """A vector has a number for each kind of thing a text speaks of; `fails` is why it cannot."""

    MEANINGS = (("canoe", "paddling", "boat", "lake"), ("birthday", "sister", "family", "children"), ("rust", "owner"))

    def __init__(self, model: str = "fake", fails: str = "") -> None:
        self.model = model
        self.dimensions = 8
        self.fails = fails
        self.asked: list[str] = []
        self.closed = False

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> list[bytes]:
        if self.fails:
            raise LocalGPTError(self.fails)
        if not query:
            self.asked += texts
        return [self._vector(text) for text in texts]

    async def aclose(self) -> None:
        self.closed = True

    def _vector(self, text: str) -> bytes:
        words = set(query_words(text))
        numbers = [float(any(word in words for word in meaning)) for meaning in self.MEANINGS]
        numbers += [0.1] * (self.dimensions - len(numbers))
        length = sum(number * number for number in numbers) ** 0.5
        return struct.pack(f"<{self.dimensions}f", *(number / length for number in numbers))

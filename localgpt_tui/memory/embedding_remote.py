"""Embedding by a server: Ollama, OpenAI, or any server that speaks OpenAI's dialect."""

import array
import asyncio
import math
import ssl
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from urllib.parse import urlsplit

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.memory.prefixes import prefix

Dialect = Literal["openai", "ollama"]

_IN_A_REQUEST = 64  # texts
_LONGEST_TEXT = 8_000  # characters, which is well below the tokens that such models take
_DETAIL = 200
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_MEANWHILE = "Words are searched for meanwhile."


class RemoteEmbedder:
    """An embedding model behind HTTP; fills `core.ports.Embedder`.

    The dialects: platform.openai.com/docs/api-reference/embeddings and Ollama's `POST /api/embed`.
    """

    def __init__(
        self,
        dialect: Dialect,
        name: str,
        url: str,
        *,
        key: str = "",
        connect_seconds: float = 10.0,
        seconds: float = 120.0,
    ) -> None:
        """Nothing is sent yet.

        Args:
            url: OpenAI's with its `/v1`, Ollama's without `/api`.
            seconds: how long an answer may take.
        """
        self.model = f"{dialect}/{urlsplit(url).netloc.rpartition('@')[2]}/{name}"
        self.dimensions = 0
        self._dialect, self._name, self._key = dialect, name, key
        self._url = url.rstrip("/") + ("/embeddings" if dialect == "openai" else "/api/embed")
        self._connect_seconds, self._seconds = connect_seconds, seconds
        self._trust: ssl.SSLContext | None = None

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> list[bytes]:
        """One vector for each text, in order; `b""` for a text to which the model gives the zero vector.

        Raises:
            LocalGPTError: the server cannot be reached, refuses, or answers something else.
        """
        before = prefix(self._name, query=query)
        sent = [(before + text)[:_LONGEST_TEXT].encode(errors="replace").decode() or " " for text in texts]
        vectors: list[bytes] = []
        for at in range(0, len(sent), _IN_A_REQUEST):
            vectors += await self._request(sent[at : at + _IN_A_REQUEST])
        self.dimensions = next((len(vector) // 4 for vector in vectors if vector), self.dimensions)
        return vectors

    async def aclose(self) -> None:
        """Nothing is held between requests."""

    async def _request(self, texts: Sequence[str]) -> list[bytes]:
        httpx = await asyncio.to_thread(self._prepare)
        wanted: dict[str, object] = {"model": self._name, "input": texts}
        wanted |= {"encoding_format": "float"} if self._dialect == "openai" else {"truncate": True}
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        try:
            async with httpx.AsyncClient(
                verify=self._trust,
                timeout=httpx.Timeout(self._seconds, connect=self._connect_seconds),
                trust_env=urlsplit(self._url).hostname not in _HERE,
            ) as client:
                answer = await client.post(self._url, json=wanted, headers=headers)
        except httpx.HTTPError as error:
            raise LocalGPTError(
                f"{self._where} cannot be reached for embeddings ({type(error).__name__}).",
                f"Check that it runs and memory.embedding_base_url. {_MEANWHILE}",
            ) from error
        if answer.status_code != 200:
            raise self._refused(answer.status_code, answer.text)
        try:
            return _vectors(answer.json(), len(texts))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise LocalGPTError(
                f"{self._where} answered with something that is not embeddings.",
                f"Check memory.embedding_base_url and memory.embedding_model. {_MEANWHILE}",
            ) from error

    def _prepare(self) -> Any:  # noqa: ANN401 — httpx, in a thread and late: it is slow to load, as certificates are
        import httpx  # noqa: PLC0415

        if self._trust is None:
            self._trust = httpx.create_ssl_context()
        return httpx

    @property
    def _where(self) -> str:
        return self.model.split("/")[1]

    def _refused(self, status: int, body: str) -> LocalGPTError:
        detail = " ".join(body.split())[:_DETAIL].replace(self._key or "\0", "…")
        advice = {
            401: "Check memory.embedding_api_key.",
            403: "Check memory.embedding_api_key.",
            404: f"Check memory.embedding_model and memory.embedding_base_url{self._pull}.",
            429: "It asks you to wait; what is missing is embedded later.",
        }.get(status, "Check memory.embedding_model, or try again later.")
        return LocalGPTError(
            f"{self._where} answered {status} when asked for embeddings: {detail}", f"{advice} {_MEANWHILE}"
        )

    @property
    def _pull(self) -> str:
        return f"; `ollama pull {self._name}` fetches a model" if self._dialect == "ollama" else ""


def _vectors(answer: Mapping[str, Any], count: int) -> list[bytes]:
    if "embeddings" in answer:
        rows = answer["embeddings"]
    else:
        rows = [row["embedding"] for row in sorted(answer["data"], key=lambda row: int(row.get("index", 0)))]
    if len(rows) != count or len({len(row) for row in rows}) > 1:
        raise ValueError("not one vector for each text")
    return [_of_length_one(row) for row in rows]


def _of_length_one(row: Sequence[float]) -> bytes:
    length = math.sqrt(math.fsum(number * number for number in row))
    if not math.isfinite(length):
        raise ValueError("a vector is not finite")
    if length == 0:
        return b""
    vector = array.array("f", [number / length for number in row])
    if sys.byteorder == "big":
        vector.byteswap()
    return vector.tobytes()

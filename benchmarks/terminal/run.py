"""Measure terminal programs from outside, side by side.

run.py run --programs minimal,localgpt-tui --out figures.json
run.py report figures.json
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from phases import Bench
from programs import PROGRAMS
from report import report

HERE = Path(__file__).resolve().parent


def spin() -> float:
    """A fixed piece of work: how fast is this machine just now (ms)?"""
    start = time.perf_counter()
    total = 0
    for number in range(400_000):
        total += number * number % 7
    return round((time.perf_counter() - start) * 1000, 1)


def start_mock() -> tuple[subprocess.Popen, int]:
    process = subprocess.Popen([sys.executable, str(HERE / "model_server.py")], stdout=subprocess.PIPE, text=True)
    return process, int(process.stdout.readline())


def run(options) -> None:

    names = options.programs.split(",")
    out = Path(options.out)
    base = Path(tempfile.mkdtemp(prefix="terminal_bench_"))
    results = {
        "machine": {"cpus": os.cpu_count(), "python": sys.version.split()[0], "date": time.strftime("%F %T")},
        "options": vars(options),
        "programs": {},
    }
    mock, port = start_mock()
    try:
        benches: dict[str, Bench] = {}
        for name in names:
            home = base / name
            home.mkdir()
            benches[name] = Bench(name, PROGRAMS[name], home, port, options)
            benches[name].setup()
            benches[name].result |= {"version": PROGRAMS[name].get("version", ""), "startups": [], "spin_ms": []}
        # Interleaved: each round starts every program once, so that noise hits all alike.
        for number in range(-1, options.rounds):
            for name, bench in benches.items():
                bench.result["spin_ms"].append(spin())
                measured = bench.startup()
                if number >= 0:  # the first start makes databases and .pyc files
                    bench.result["startups"].append(measured)
                print(f"{name} startup {number}: {measured}", flush=True)
        for name, bench in benches.items():
            for phase, wanted in (
                ("session", True),
                ("streaming", bool(bench.recipe.get("stream"))),
                ("slow_link", options.slow),
            ):
                if not wanted or (options.phases and phase not in options.phases.split(",")):
                    continue
                try:
                    getattr(bench, phase)()
                except Exception as error:  # one program's failure must not end the run
                    bench.result[phase + "_error"] = repr(error)
                    if options.debug:
                        raise
            print(f"{name}: {json.dumps({k: v for k, v in bench.result.items() if k != 'startups'})}", flush=True)
            results["programs"][name] = bench.result
            if options.shots:
                folder = Path(options.shots)
                folder.mkdir(parents=True, exist_ok=True)
                for label, text in bench.shots.items():
                    (folder / f"{name}.{label}.txt").write_text(text + "\n")
            out.write_text(json.dumps(results, indent=1, default=str))
    finally:
        mock.terminate()
        shutil.rmtree(base, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    runner = commands.add_parser("run")
    runner.add_argument("--programs", required=True, help="names from programs.py, by commas")
    runner.add_argument("--out", default="terminal.json")
    runner.add_argument("--shots", help="folder for texts of the screens")
    runner.add_argument("--rounds", type=int, default=3, help="measured starts of each program")
    runner.add_argument("--typing-rounds", type=int, default=2, help="40 keys each, at 10/s")
    runner.add_argument("--idle", type=float, default=30.0, help="seconds")
    runner.add_argument("--tokens", type=int, default=1000, help="tokens in each streamed answer")
    runner.add_argument("--rate", type=float, default=200.0, help="tokens per second")
    runner.add_argument("--stream-grace", type=float, default=25.0)
    runner.add_argument("--long-chat", type=int, default=0, help="further answers before the last measures")
    runner.add_argument("--slow", action="store_true", help="also over a slow link")
    runner.add_argument("--link-bandwidth", type=float, default=32_000, help="bytes per second")
    runner.add_argument("--link-delay", type=float, default=0.05, help="seconds, one way")
    runner.add_argument("--link-buffer", type=int, default=64_000, help="bytes that the link buffers")
    runner.add_argument("--no-sync", action="store_true", help="say that mode 2026 is not supported")
    runner.add_argument("--phases", help="of session,streaming,slow_link")
    runner.add_argument("--debug", action="store_true")
    reporter = commands.add_parser("report")
    reporter.add_argument("files", nargs="+")
    options = parser.parse_args()
    if options.command == "report":
        print(report(options.files))
    else:
        run(options)


if __name__ == "__main__":
    main()

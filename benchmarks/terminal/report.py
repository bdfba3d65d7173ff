"""Tables in Markdown from the figures that run.py wrote."""

import json
import statistics
from pathlib import Path


def dig(value, *path):
    for key in path:
        if not isinstance(value, dict) or value.get(key) is None:
            return None
        value = value[key]
    return value


def median(result: dict, key: str):
    values = [start[key] for start in result.get("startups", []) if start.get(key) is not None]
    return round(statistics.median(values)) if values else None


def table(header: list[str], rows: list[list]) -> str:
    show = lambda value: "–" if value is None else str(value)  # noqa: E731
    lines = ["| " + " | ".join(header) + " |", "|" + "|".join([":--"] + ["--:"] * (len(header) - 1)) + "|"]
    lines += ["| " + " | ".join(map(show, row)) + " |" for row in rows]
    return "\n".join(lines)


def report(files: list[str]) -> str:
    programs: dict[str, dict] = {}
    for name in files:
        for program, result in json.loads(Path(name).read_text())["programs"].items():
            programs[program] = {**programs.get(program, {}), **{k: v for k, v in result.items() if v}}
    rows = programs.items()
    parts = [
        "### Start, typing, idle, memory\n",
        table(
            [
                "program",
                "paint ms",
                "ready ms",
                "1st echo ms",
                "start CPU s",
                "start bytes",
                "key p50 ms",
                "key p95 ms",
                "bytes/key",
                "CPU ms/key",
                "idle CPU s",
                "idle bytes",
                "PSS MiB",
                "RSS MiB",
            ],
            [
                [
                    f"{name} {r.get('version', '')}".strip(),
                    median(r, "paint_ms"),
                    median(r, "ready_ms"),
                    median(r, "echo_ms"),
                    round(statistics.median([s["cpu_s"] for s in r["startups"]]), 2) if r.get("startups") else None,
                    median(r, "bytes"),
                    dig(r, "typing", "p50"),
                    dig(r, "typing", "p95"),
                    dig(r, "typing", "bytes_per_key"),
                    dig(r, "typing", "cpu_ms_per_key"),
                    dig(r, "idle", "cpu_s"),
                    dig(r, "idle", "bytes"),
                    dig(r, "memory_start", "pss"),
                    dig(r, "memory_start", "rss"),
                ]
                for name, r in rows
            ],
        ),
    ]
    parts += [
        "\n### Resize storm (40 in 1.2 s) and lost terminal\n",
        table(
            ["program", "survives", "settle ms", "CPU s", "bytes", "exits on hang-up"],
            [
                [
                    name,
                    dig(r, "resize", "survives"),
                    dig(r, "resize", "settle_ms"),
                    dig(r, "resize", "cpu_s"),
                    dig(r, "resize", "bytes"),
                    f"{r['hangup']['after']} s"
                    if dig(r, "hangup", "exits")
                    else (None if "hangup" not in r else f"no ({r['hangup'].get('cpu')} CPU s in 4 s)"),
                ]
                for name, r in rows
            ],
        ),
    ]
    streamed = [(name, r) for name, r in rows if r.get("stream")]
    parts += [
        "\n### Streaming\n",
        table(
            [
                "program",
                "bytes/1k tok",
                "CPU s/1k tok",
                "flushes/s",
                "sync frames/s",
                "first-token lag ms",
                "last-token lag ms",
                "key p50 ms",
                "key p95 ms",
                "keys lost",
                "long chat key p95 ms",
                "long chat CPU s/1k",
                "PSS MiB after",
            ],
            [
                [
                    name,
                    dig(r, "stream", "bytes_per_1k"),
                    dig(r, "stream", "cpu_per_1k"),
                    dig(r, "stream", "flushes_per_s"),
                    dig(r, "stream", "frames_per_s"),
                    dig(r, "stream", "first_lag_ms"),
                    dig(r, "stream", "last_lag_ms"),
                    dig(r, "stream_typing", "typing", "p50"),
                    dig(r, "stream_typing", "typing", "p95"),
                    dig(r, "stream_typing", "typing", "lost"),
                    dig(r, "stream_long", "typing", "p95"),
                    dig(r, "stream_long", "cpu_per_1k"),
                    dig(r, "memory_long", "pss"),
                ]
                for name, r in streamed
            ],
        ),
    ]
    slow = [(name, r) for name, r in rows if r.get("slow")]
    parts += [
        "\n### Slow link\n",
        table(
            [
                "program",
                "bytes/key (full screen)",
                "key p50 ms",
                "key p95 ms",
                "streaming: key p50 ms",
                "key p95 ms",
                "keys lost",
                "first-token lag ms",
                "last-token lag ms",
                "bytes",
            ],
            [
                [
                    name,
                    dig(r, "slow", "typing", "bytes_per_key"),
                    dig(r, "slow", "typing", "p50"),
                    dig(r, "slow", "typing", "p95"),
                    dig(r, "slow", "stream", "typing", "p50"),
                    dig(r, "slow", "stream", "typing", "p95"),
                    dig(r, "slow", "stream", "typing", "lost"),
                    dig(r, "slow", "stream", "first_lag_ms"),
                    dig(r, "slow", "stream", "last_lag_ms"),
                    dig(r, "slow", "stream", "bytes"),
                ]
                for name, r in slow
            ],
        ),
    ]
    return "\n".join(parts)

"""The heartbeat's figures: beats that are killed at any point, the ledger's and its screen's speed, an idle daemon.

python benchmarks/heartbeat.py [--beats 2000] [--rows 10000] [--seconds 120]
"""

import argparse
import asyncio
import gc
import os
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from crashing import crash_through
from past import TASKS, write_tasks
from stage import NOON, OLLAMA, staged, until_shown

from localgpt_tui.frontends.daemon import start, stop
from localgpt_tui.ledger import HEARTBEAT, Ledger, Row, Tried
from localgpt_tui.paths import find_places, make_folders


def crashes(beats):
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        account = crash_through(Path(folder), beats=beats, seed=int(began))
    print(
        f"{beats} beats, {account.killed} killed at any point, in {time.monotonic() - began:.0f} s: {account.outcomes}"
    )
    print("wrong:", account.wrong or "nothing: each has exactly one row, none was done twice, none is missing")


def write_rows(folder, rows, until):
    """A ledger of so many rows, a half hour apart and ending then; one in ten asked a model, the others are free."""
    written = Ledger(folder)
    moment = until - timedelta(minutes=30 * 200)
    written.begin_keeping(moment)
    for number in range(200):
        moment += timedelta(minutes=30)
        row = Row.begun(HEARTBEAT, moment.isoformat(), moment, moment)
        if number % 10:
            written.claim(row.ended_with("quiet", moment, "There is no open task in HEARTBEAT.md."))
            continue
        written.claim(row)
        told = Row(row.id, HEARTBEAT, row.slot, moment, moment, tasks=(Tried("k", "Water the plants", "claimed"),),
                   acting=True, tokens=2400, money=0.01, claims="." * 160, session="s" * 36)  # fmt: skip
        written.end(told, "sent", ended=moment)
    head, _, body = written.path.read_bytes().partition(b"\n")
    copies = (body.replace(b'"id":"', f'"id":"{number}-'.encode()) for number in range(rows // 200))
    written.path.write_bytes(head + b"\n" + b"".join(copies))
    return written.path.stat().st_size


def ledger(rows):
    with tempfile.TemporaryDirectory() as folder:
        size = write_rows(Path(folder), rows, datetime(2026, 11, 22, tzinfo=UTC))
        took = []
        for _ in range(9):
            began = time.process_time()
            found = Ledger(Path(folder)).rows()
            took.append(time.process_time() - began)
        began = time.process_time()
        Ledger(Path(folder)).rows(500)
        newest = time.process_time() - began
        opened = Ledger(Path(folder))
        opened.rows()
        began = time.perf_counter()
        opened.rows(2000)
        again = time.perf_counter() - began
    print(
        f"{len(found)} rows, {size / 1e6:.1f} MB: opened with all in {sorted(took)[4] * 1000:.0f} ms of a core "
        f"(median of 9), with the newest 500 in {newest * 1000:.0f} ms, looked at again in {again * 1000:.1f} ms"
    )


def screen(rows):
    """From the key to the first rows that are drawn; the first time in a program, and then again."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(HOME=folder, LOCALGPT_HOME=f"{folder}/home")
        write_rows(find_places().state, rows, NOON)
        write_tasks(TASKS)
        print(f"the ledger's screen over {rows} rows: {asyncio.run(opened())}")


async def opened():
    app, took = staged(surroundings=OLLAMA, model="recall", beats=True), []
    async with app.run_test(size=(120, 40)) as pilot:
        await until_shown(pilot, "ledger and tasks")
        chat = app.screen
        await asyncio.sleep(2)
        gc.freeze()  # as the app does on a terminal
        for _ in range(5):
            began = time.perf_counter()
            chat.action_heartbeat()
            drawn = asyncio.Event()
            app.screen.call_after_refresh(drawn.set)
            await drawn.wait()
            took.append((time.perf_counter() - began) * 1000)
            await pilot.press("escape")
            await asyncio.sleep(0.5)
    return f"{took[0]:.0f} ms the first time, then {', '.join(f'{each:.0f}' for each in took[1:])} ms"


def daemon(seconds):
    with tempfile.TemporaryDirectory() as folder:
        places = find_places({"LOCALGPT_HOME": folder, "HOME": folder})
        make_folders(places)
        process = start(places)
        time.sleep(3)
        before = cpu(process.pid)
        time.sleep(seconds)
        used = cpu(process.pid) - before
        status = Path(f"/proc/{process.pid}/status").read_text()
        resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
        began = time.monotonic()
        stop(places)
        ended = time.monotonic() - began
    print(f"idle daemon: {resident / 1024:.0f} MB, {100 * used / seconds:.3f} % of a core over {seconds} s, "
          f"ended in {ended:.2f} s")  # fmt: skip


def cpu(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--beats", type=int, default=2000)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--seconds", type=int, default=120)
    asked = parser.parse_args()
    ledger(asked.rows)
    screen(asked.rows)
    daemon(asked.seconds)
    crashes(asked.beats)

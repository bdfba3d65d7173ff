"""What confining costs: `bash -c true` in each tier against plain Popen, interleaved, and many at once.

And what it costs to see what a command changed, in a folder of 2,000 files.

sandbox.py [RUNS]
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from localgpt_tui.paths import find_places
from localgpt_tui.safety.sandbox import Bounds, hidden_places
from localgpt_tui.safety.sandbox.mechanisms import mechanisms
from localgpt_tui.safety.sandbox.probing import examine
from localgpt_tui.safety.sandbox.starting import start
from localgpt_tui.tools.watching import Watch

ARGV = ["bash", "-c", "true"]
MANY = 1000
FILES = 2000


def main(runs):
    null = os.open(os.devnull, os.O_WRONLY)
    tiers = {found.tier: found for found in mechanisms() if not found.missing()}
    for tier, mechanism in tiers.items():
        started = time.perf_counter()
        examine(mechanism)
        print(f"probing {tier}: {(time.perf_counter() - started) * 1000:.0f} ms")
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name).resolve()
        hidden = hidden_places(Path.home(), find_places())
        bounds = Bounds(folder, (folder,), hidden=hidden)

        def plain():
            subprocess.run(ARGV, stdin=subprocess.DEVNULL, stdout=null, stderr=null, cwd=folder, check=True)

        def confined(mechanism):
            command = start(mechanism, ARGV, bounds, stdout=null, stderr=null)
            os.waitid(os.P_PID, command.pid, os.WEXITED | os.WNOWAIT)
            command.poll()

        taken = defaultdict(list)
        for _ in range(runs):
            for what, run in [
                ("plain", plain),
                *((tier, lambda found=found: confined(found)) for tier, found in tiers.items()),
            ]:
                started = time.perf_counter()
                run()
                taken[what].append((time.perf_counter() - started) * 1000)
        middle = {what: statistics.median(times) for what, times in taken.items()}
        for what, times in taken.items():
            over = statistics.median(one - other for one, other in zip(times, taken["plain"], strict=True))
            print(f"{what:9} median {middle[what]:6.1f} ms, least {min(times):6.1f} ms, over plain {over:6.1f} ms")
        if standard := tiers.get("standard"):
            started = time.perf_counter()
            with ThreadPoolExecutor(16) as pool:
                list(pool.map(lambda _: confined(standard), range(MANY)))
            each = (time.perf_counter() - started) / MANY * 1000
            print(f"{MANY} by 16 threads: {each:.1f} ms each")
    watching(runs)


def watching(runs):
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        root = Path(name).resolve() / "project"
        for number in range(FILES):
            file = root / f"{number % 40}" / f"{number}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(os.urandom(4500))
        watch = Watch(root.with_name("outputs"))
        before, after = [], []
        for _ in range(runs):
            started = time.perf_counter()
            look = watch.look((root,), keep=True)
            middle = time.perf_counter()
            watch.changes(look, (root,))
            before.append((middle - started) * 1000)
            after.append((time.perf_counter() - middle) * 1000)
        watch.close()
    print(f"{FILES} files before a command: first {before[0]:.1f} ms, then {statistics.median(before[1:]):.1f} ms")
    print(f"{FILES} files after a command: {statistics.median(after):.1f} ms")


if __name__ == "__main__":
    main(int((sys.argv[1:] or ["60"])[0]))

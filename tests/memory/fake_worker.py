"""A worker without a model: it speaks as the real one does, and texts tell it how to behave."""

import base64
import json
import os
import signal
import struct
import sys
import time
from pathlib import Path

log = Path(sys.argv[1]).open("a")  # noqa: SIM115
mode = sys.argv[2] if len(sys.argv) > 2 else ""


def note(what):
    print(what, file=log, flush=True)


def say(line):
    print(json.dumps(line), flush=True)  # noqa: T201


note("started")
if mode == "refuse":
    say({"error": "No model.", "advice": "Get one."})
    sys.exit(1)
if mode == "die":
    sys.exit("it broke")
if mode == "hang":
    sys.stdin.read()
    sys.exit()
say({"dimensions": 2})
for line in sys.stdin:
    texts = json.loads(line)["texts"]
    note(" ".join(texts))
    for text in texts:
        if text.startswith("wait for "):
            path = text.removeprefix("wait for ")
            while not Path(path).exists():
                time.sleep(0.005)
        if text.startswith("deadly"):
            os.kill(os.getpid(), signal.SIGKILL)
    if "hang" in texts:
        sys.stdin.read()
    if "wrong" in texts:
        say({"error": "ValueError: wrong"})
        continue
    vectors = b"".join(struct.pack("<2f", len(text), 1) for text in texts)
    say({"vectors": base64.b64encode(vectors).decode()})
    if "idle" in texts:
        sys.exit(0)

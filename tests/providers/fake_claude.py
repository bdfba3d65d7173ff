"""A `claude` that follows the steps in `$FAKE_CLAUDE/steps.json` and notes what it was given in `given.json`."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

STUBBORN_CHILD = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(600)
"""


def say(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


folder = pathlib.Path(os.environ["FAKE_CLAUDE"])
arguments = dict(argument.partition("=")[::2] for argument in sys.argv[1:])
given = {
    "arguments": arguments,
    "environment": dict(os.environ),
    "folder": str(pathlib.Path.cwd()),
    "prompt": sys.stdin.read(),
    "system": pathlib.Path(arguments["--system-prompt-file"]).read_text(),
    "system_mode": pathlib.Path(arguments["--system-prompt-file"]).stat().st_mode & 0o777,
}
(folder / "given.json").write_text(json.dumps(given))
for kind, value in json.loads((folder / "steps.json").read_text()):
    match kind:
        case "say":
            say(json.dumps(value))
        case "print":
            say(value)
        case "filler":
            say(json.dumps({"type": "filler", "text": "x" * value}))
        case "complain":
            sys.stderr.write(value + "\n")
        case "ignore-term":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        case "start-child":
            process = subprocess.Popen([sys.executable, "-c", STUBBORN_CHILD], stdout=subprocess.PIPE)
            process.stdout.readline()
            (folder / "child.pid").write_text(str(process.pid))
        case "hang":
            time.sleep(600)
        case "kill":
            os.kill(os.getpid(), value)
        case "exit":
            sys.exit(value)

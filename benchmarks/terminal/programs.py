"""How to start and drive each measured program.

cmd      argument list; {python} {home} {port} {here} are filled in
env      added to a bare environment (filled in too)
setup    called once with (home, port): writes configuration
ready    regex on the screen: the program can be used
focus    steps after that: text to send, ("wait", regex), ("sleep", s), ("if", regex, keys)
clear    keys that empty the input (default: that many backspaces)
send     keys that submit the prompt (default Enter)
stream   true if it can be asked a question through the model server
"""

import json
import os
import sys
from pathlib import Path

CTRL_U = "\x15"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def setup_localgpt(home: Path, port: int) -> None:
    (home / "localgpt").mkdir()
    (home / "localgpt/config.toml").write_text(
        f'[agent]\ndefault_model = "ollama/bench-model:latest"\n'
        f'[providers.ollama]\nendpoint = "http://127.0.0.1:{port}"\n'
    )


def setup_openai_localgpt(home: Path, port: int) -> None:
    (home / "localgpt").mkdir()
    (home / "localgpt/config.toml").write_text(
        f'[agent]\ndefault_model = "openai/bench-model"\n'
        f'[providers.openai]\nbase_url = "http://127.0.0.1:{port}/v1"\napi_key = "none"\n'
    )


def setup_long_localgpt(home: Path, port: int) -> None:
    from long_session import write_session

    setup_localgpt(home, port)
    config = home / "localgpt/config.toml"
    config.write_text(
        config.read_text().replace("[agent]\n", "[agent]\ncontext_window = 1048576\n")
        + '[memory]\nembedding_provider = "none"\n'  # its vectors are made once, beside whatever is measured
    )
    write_session(home / "localgpt", messages=5000)


def setup_oterm(home: Path, _port: int) -> None:
    (home / "oterm").mkdir()
    (home / "oterm/config.json").write_text(json.dumps({"theme": "textual-dark", "splash-screen": False}))


_OURS = {
    "cmd": ["{python}", "-m", "localgpt_tui"],
    "env": {"LOCALGPT_HOME": "{home}/localgpt"},
    "ready": r"bench-model",
    "clear": CTRL_U,
    "stream": True,
}

PROGRAMS = {
    "nano": {
        "cmd": ["nano", "--ignorercfiles", "{home}/note.txt"],
        "ready": r"Help|New File",
        "version": "as installed",
    },
    "minimal": {
        "cmd": ["{python}", "{here}/minimal.py", "{port}"],
        "ready": "Say something",
        "clear": CTRL_U,
        "stream": True,
        "version": "the smallest Textual chat: Input + Markdown.get_stream",
    },
    "localgpt-tui": {**_OURS, "setup": setup_localgpt, "version": "over Ollama's API"},
    "localgpt-tui-openai": {**_OURS, "setup": setup_openai_localgpt, "version": "over OpenAI's chat completions"},
    "localgpt-tui-5000": {
        **_OURS,
        "cmd": ["{python}", "-m", "localgpt_tui", "chat", "--resume"],
        "ready": r"rather than on the mean",  # the end of the last answer
        "setup": setup_long_localgpt,
        "version": "5,000 messages open",
    },
    "oterm": {
        "cmd": [os.environ.get("OTERM", "oterm")],
        "setup": setup_oterm,
        "ready": r"bench",
        "focus": [("sleep", 0.5)],
        "stream": True,
        "env": {"OLLAMA_HOST": "127.0.0.1:{port}", "OTERM_DATA_DIR": "{home}/oterm"},
        "version": "a peer; OTERM names its program",
    },
}

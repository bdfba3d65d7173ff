"""What can be configured: every key, its default, what it may hold and what it does."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
)

from localgpt_tui.config.original import without_foreign_embedding
from localgpt_tui.config.schedule import Cron, Heartbeat
from localgpt_tui.config.values import (
    DEFAULT_ALIASES,
    absolute_folder,
    dotted_names,
    known_level,
    known_tier,
    outside_folders,
    web_address,
    web_address_if_any,
    with_default_aliases,
)
from localgpt_tui.core.approvals import Mode

Effort = Literal["", "low", "medium", "high", "xhigh", "max"]
Ascii = Literal["auto", "always", "never"]
SandboxLevel = Literal["auto", "full", "standard", "limited", "none"]
Search = Literal["none", "searxng", "brave", "tavily", "perplexity"]
Level = Literal["debug", "info", "warning", "error"]
WebAddress = Annotated[str, AfterValidator(web_address)]
WebAddressIfAny = Annotated[str, AfterValidator(web_address_if_any)]
Folder = Annotated[Path, BeforeValidator(absolute_folder)]


class Section(BaseModel):
    """A table of config.toml; its docstring's first line is what the template and the reference say of it."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)


class Agent(Section):
    """The assistant: which model answers, and within which limits."""

    default_model: str = Field(
        default="auto",
        min_length=1,
        description="The model that answers: an alias, `provider/model`, or `auto` for what is found on this machine.",
    )
    fallback_models: tuple[str, ...] = Field(
        default=(), strict=False, description="Models to try in this order when the first cannot be reached."
    )
    context_window: int = Field(
        default=128_000,
        ge=1024,
        description="The most tokens of context that Ollama is asked to make room for; a model's own limit also holds.",
    )
    max_tokens: int = Field(default=4_096, ge=1, description="The most tokens one reply may have.")
    active_recall: bool = Field(
        default=True, description="Whether memories that bear on a message are put in front of the model unasked."
    )
    max_rounds: int = Field(
        default=25, ge=1, description="The most times in one turn that the model may ask for tools."
    )
    max_tool_repeats: int = Field(
        default=3, ge=0, description="Identical tool calls in a row after which a turn is stopped; 0 never stops it."
    )
    aliases: Annotated[dict[str, str], BeforeValidator(with_default_aliases)] = Field(
        default_factory=lambda: dict(DEFAULT_ALIASES),
        description="Short names for models. What you add joins the ones below; the same name replaces one.",
    )


class Anthropic(Section):
    """Anthropic's own API."""

    api_key: SecretStr = Field(
        default=SecretStr(""),
        description="The key, best as `${ANTHROPIC_API_KEY}`; empty: that variable, if it is set.",
    )
    base_url: WebAddress = Field(default="https://api.anthropic.com", description="Where the API is.")


class OpenAI(Section):
    """OpenAI's API, or any server that speaks it: LM Studio, llama.cpp, vLLM, OpenRouter."""

    api_key: SecretStr = Field(
        default=SecretStr(""), description="The key, best as `${OPENAI_API_KEY}`; empty: that variable, if it is set."
    )
    base_url: WebAddress = Field(default="https://api.openai.com/v1", description="Where the API is, with its `/v1`.")


class Ollama(Section):
    """Models on your own machine, through Ollama."""

    endpoint: WebAddress = Field(default="http://localhost:11434", description="Where Ollama listens.")
    model: str = Field(default="", description="The model that `auto` takes from Ollama; empty: the first it lists.")
    num_ctx: int = Field(
        default=0, ge=0, description="Context in tokens to ask Ollama for; 0: as much as the model has."
    )


class ClaudeCLI(Section):
    """The `claude` program, run as a subprocess with its own tools off and ours lent to it."""

    command: str = Field(
        default="claude", min_length=1, description="The program's name on the PATH, or its full path."
    )
    model: str = Field(
        default="opus", min_length=1, description="The model that `claude-cli` without a model's name means."
    )
    effort: Effort = Field(default="", description="How hard it thinks; empty: the program's own default.")


class Providers(Section):
    """How the models are reached."""

    connect_seconds: float = Field(default=10.0, gt=0, description="Seconds to wait for a connection.")
    idle_seconds: float = Field(default=120.0, gt=0, description="Seconds to wait for the next piece of a reply.")
    anthropic: Anthropic = Anthropic()
    openai: OpenAI = OpenAI()
    ollama: Ollama = Ollama()
    claude_cli: ClaudeCLI = ClaudeCLI()


class SearXNG(Section):
    """Your own search server."""

    base_url: WebAddressIfAny = Field(default="", description="Where it is, such as `http://localhost:8888`.")


class Brave(Section):
    """The search service of Brave."""

    api_key: SecretStr = Field(default=SecretStr(""), description="The key, best as `${BRAVE_API_KEY}`.")


class Tavily(Section):
    """The search service Tavily."""

    api_key: SecretStr = Field(default=SecretStr(""), description="The key, best as `${TAVILY_API_KEY}`.")


class Perplexity(Section):
    """The search service of Perplexity."""

    api_key: SecretStr = Field(default=SecretStr(""), description="The key, best as `${PERPLEXITY_API_KEY}`.")


class WebSearch(Section):
    """Searching the web."""

    provider: Search = Field(default="none", description="Who searches; its own section below says how to reach it.")
    prefer_native: bool = Field(
        default=True, description="Whether a model's vendor searches instead, where it can do so itself."
    )
    max_results: int = Field(default=5, ge=1, le=10, description="How many results the model is given.")
    cache_ttl: int = Field(default=900, ge=0, description="Seconds for which the same search is not made again.")
    searxng: SearXNG = SearXNG()
    brave: Brave = Brave()
    tavily: Tavily = Tavily()
    perplexity: Perplexity = Perplexity()


class Tools(Section):
    """What the assistant's tools may reach and return."""

    allowed_directories: tuple[Folder, ...] = Field(
        default=(),
        strict=False,
        description="Folders outside the workspace that the file tools may read, as full paths.",
    )
    tool_output_max_chars: int = Field(
        default=50_000, ge=0, description="Characters of a tool's output that the model is given; 0: all of them."
    )

    bash_timeout_ms: int = Field(
        default=120_000, gt=0, description="Milliseconds after which a command that asked for no time of its own ends."
    )
    web_private_hosts: tuple[str, ...] = Field(
        default=(),
        strict=False,
        description="Hosts on your own network, or at an unusual port, that pages may be fetched from, each exactly as "
        "`name:port`.",
    )
    web_fetch_max_bytes: int = Field(
        default=5_000_000, ge=1_000, description="Bytes of a page, unpacked, at which fetching it stops."
    )
    web_search: WebSearch = WebSearch()


class Approvals(Section):
    """When the assistant asks before it acts."""

    mode: Mode = Field(
        default="ask",
        description="`ask` before everything that is not known to be harmless, `writes` before what changes files or "
        "runs commands, or `read-only`: nothing is changed or run at all.",
    )
    allow: tuple[str, ...] = Field(
        default=(),
        strict=False,
        description="Standing answers: commands such as `git status` (with whatever options are known to be harmless) "
        "or tools such as `write_file notes/*`, each allowed without a question.",
    )
    expire_hours: float = Field(
        default=72.0, gt=0, description="Hours after which a question that nobody answered is dropped."
    )


class AllowPaths(Section):
    """Folders that commands may reach besides the system, the workspace and the working folder."""

    read: tuple[Folder, ...] = Field(default=(), strict=False, description="Folders to read, as full paths.")
    write: tuple[Folder, ...] = Field(default=(), strict=False, description="Folders to change, as full paths.")


class Sandbox(Section):
    """What holds in the commands that the assistant runs."""

    level: Annotated[SandboxLevel, BeforeValidator(known_tier)] = Field(
        default="auto",
        description="`auto` for the strongest that works here, or at most `full`, `standard`, `limited`; `none` "
        "confines nothing and asks before each command.",
    )
    max_file_size_bytes: int = Field(
        default=52_428_800, ge=1_000, description="The largest file, in bytes, that a command may write."
    )
    max_output_bytes: int = Field(
        default=1_048_576, ge=1_000, description="Bytes of output that are kept in memory; the rest goes to a file."
    )
    allow_paths: AllowPaths = AllowPaths()


class Memory(Section):
    """What is remembered, and how it is found."""

    paths: Annotated[tuple[Folder, ...], BeforeValidator(outside_folders)] = Field(
        default=(),
        strict=False,
        description="Folders outside the workspace whose Markdown is searched as well, as full paths; only read.",
    )
    embedding_provider: Literal["local", "openai", "ollama", "none"] = Field(
        default="local",
        description="What turns notes into vectors: `local` in a process of its own on this machine, `openai` for any "
        "server with such an API, `ollama`, or `none` to search for words only.",
    )
    embedding_model: str = Field(
        default="",
        description="The embedding model. For `local`: `all-MiniLM-L6-v2`, which is installed with the program, a "
        "folder with an ONNX model, or a model that fastembed fetches once; empty: the usual one.",
    )
    embedding_base_url: WebAddressIfAny = Field(
        default="", description="Where that server is; empty: `base_url` or `endpoint` of its own section."
    )
    embedding_api_key: SecretStr = Field(
        default=SecretStr(""),
        description="Its key; empty: the key of `providers.openai`, for that address only.",
    )
    embedding_idle_seconds: float = Field(
        default=120.0, gt=0, description="Seconds without work after which the local process ends."
    )
    half_life_days: float = Field(
        default=0.0,
        ge=0,
        description="Days after which a dated note counts half in a search; 0: notes do not fade. On long memories "
        "fading loses far more than it finds.",
    )


class Logging(Section):
    """The program's own log; what is said never goes there."""

    level: Annotated[Level, BeforeValidator(known_level)] = Field(
        default="info", description="The least that is written down."
    )
    max_bytes: int = Field(default=5_000_000, ge=10_000, description="Size in bytes at which a new log file is begun.")
    backups: int = Field(
        default=3, ge=0, le=100, description="How many full log files are kept beside the current one."
    )


class UI(Section):
    """The screen."""

    theme: str = Field(default="auto", min_length=1, description="A theme's name, or `auto` to go with the terminal.")
    mouse: bool = Field(
        default=True, description="Whether the app takes the mouse; without it the terminal selects text."
    )
    reduced_motion: bool = Field(default=False, description="Whether everything that moves by itself is stilled.")
    ascii: Ascii = Field(
        default="auto",
        description="When icons and lines are drawn in plain ASCII; `auto`: where the terminal or "
        "the language needs it.",
    )
    bell: bool = Field(
        default=True, description="Whether the terminal's bell rings when you are needed, or a long reply has ended."
    )
    detached_minutes: float = Field(
        default=30.0,
        ge=0,
        description="Minutes for which a reply goes on when the terminal goes away; 0 stops it then, "
        "kept as far as it is.",
    )
    keys: Annotated[dict[str, str], BeforeValidator(dotted_names)] = Field(
        default_factory=dict,
        description="Other keys for the screen's actions: an action's id, and its key or keys; empty "
        'takes the key away. `leader.NAME = "yc"` changes what is pressed after Ctrl+X for /NAME.',
    )


class Config(Section):
    """All of config.toml."""

    agent: Agent = Agent()
    providers: Providers = Providers()
    tools: Tools = Tools()
    approvals: Approvals = Approvals()
    sandbox: Sandbox = Sandbox()
    memory: Annotated[Memory, BeforeValidator(without_foreign_embedding)] = Memory()
    heartbeat: Heartbeat = Heartbeat()
    cron: Cron = Cron()
    logging: Logging = Logging()
    ui: UI = UI()

    def secrets(self) -> tuple[str, ...]:
        """The secret values that are set, for whatever must keep them out of what it writes."""
        return tuple(_secrets(self))


def _secrets(section: BaseModel) -> list[str]:
    found: list[str] = []
    for name in type(section).model_fields:
        value: Any = getattr(section, name)
        if isinstance(value, BaseModel):
            found += _secrets(value)
        elif isinstance(value, SecretStr) and value.get_secret_value():
            found.append(value.get_secret_value())
    return found

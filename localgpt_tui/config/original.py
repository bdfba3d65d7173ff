"""The keys of LocalGPT's own config.toml that this version has no use for: known, so not taken for mistakes."""

from collections.abc import Mapping

_SECTIONS = frozenset({"memory", "server", "security", "sandbox", "telegram", "hooks", "mcp"})

_KEYS: Mapping[tuple[str, ...], frozenset[str]] = {
    ("agent",): frozenset(
        {
            "reserve_tokens",
            "max_spawn_depth",
            "subagent_model",
            "max_tool_errors",
            "tool_retry_on_malformed",
            "session_max_age",
            "session_max_count",
            "post_compaction_sections",
            "checkpoints_enabled",
            "max_checkpoints",
            "permission_level",
            "active_memory",
        }
    ),
    ("providers",): frozenset(
        {
            "xai",
            "gemini_cli",
            "codex_cli",
            "glm",
            "gemini",
            "openai_compatible",
            "vertex",
            "openrouter",
            "github_copilot",
        }
    ),
    ("providers", "claude_cli"): frozenset({"mcp_config_override"}),
    ("heartbeat",): frozenset({"mcp_servers", "dreaming"}),
    ("logging",): frozenset({"file", "path", "retention_days"}),
    ("tools",): frozenset(
        {
            "require_approval",
            "log_injection_warnings",
            "use_content_delimiters",
            "document_loaders",
            "document_max_bytes",
            "stt",
            "image_max_dimension",
            "media_cache_enabled",
            "media_cache_max_mb",
            "browser_enabled",
            "browser_port",
            "filters",
        }
    ),
    ("tools", "web_search"): frozenset({"cache_enabled"}),
    ("tools", "web_search", "searxng"): frozenset({"categories", "language", "time_range"}),
    ("tools", "web_search", "brave"): frozenset({"country", "freshness"}),
    ("tools", "web_search", "tavily"): frozenset({"search_depth", "include_answer"}),
    ("tools", "web_search", "perplexity"): frozenset({"model"}),
}

_FOREIGN_EMBEDDING = ("gemini", "gguf")

_INSTEAD: Mapping[tuple[str, ...], str] = {
    ("memory", "workspace"): "the environment variable LOCALGPT_WORKSPACE names the workspace",
    ("security", "allowed_directories"): "the key is tools.allowed_directories here",
    ("sandbox", "enabled"): "sandbox.level is the key here, and `none` switches it off",
    ("sandbox", "timeout_secs"): "tools.bash_timeout_ms is the key here",
    ("providers", "openai_compatible"): "providers.openai.base_url reaches such servers here",
    ("providers", "openrouter"): "providers.openai.base_url reaches it here",
    ("logging", "retention_days"): "logging.max_bytes and logging.backups bound the log here",
}


def is_known(path: tuple[str, ...]) -> bool:
    """True where `path` is a section or key of LocalGPT's that is not used here."""
    return path[0] in _SECTIONS or path[-1] in _KEYS.get(path[:-1], frozenset())


def without_foreign_embedding(section: object) -> object:
    """A `[memory]` section as it is used where it names a way to embed that only LocalGPT has: the usual one is."""
    if not isinstance(section, Mapping) or section.get("embedding_provider") not in _FOREIGN_EMBEDDING:
        return section
    return {key: value for key, value in section.items() if key not in {"embedding_provider", "embedding_model"}}


def replacements(content: Mapping[str, object]) -> list[str]:
    """For those keys in `content` that have one: what to use instead, a sentence each."""
    said = [f"{'.'.join(path)} is not used: {instead}." for path, instead in _INSTEAD.items() if _holds(content, path)]
    memory = content.get("memory")
    if without_foreign_embedding(memory) is not memory and isinstance(memory, Mapping):
        said.append(
            f"memory.embedding_provider is “{memory['embedding_provider']}”, which is not known here: the model that "
            "is installed with the program is used, on this machine."
        )
    return said


def _holds(content: object, path: tuple[str, ...]) -> bool:
    for part in path:
        if not isinstance(content, Mapping) or part not in content:
            return False
        content = content[part]
    return True

"""What no command may read: keys, credentials, histories, and what this program keeps for itself."""

from collections.abc import Iterator
from pathlib import Path

from localgpt_tui.paths import APP, Places

_KEYS = """
    .ssh, .gnupg, .password-store, .pki, .putty, .1password, .config/op, .config/Bitwarden CLI, .aws, .azure,
    .config/gcloud, .kube, .docker, .config/containers, .terraform.d, .oci, .vault-token, .config/gh,
    .config/glab-cli, .config/hub, .config/rclone, .config/doctl, .config/heroku, .fly, .netrc, .npmrc, .yarnrc,
    .yarnrc.yml, .pypirc, .config/pip, .pip, .config/pypoetry, .gem/credentials, .git-credentials,
    .config/git/credentials, .cargo/credentials, .cargo/credentials.toml, .m2/settings.xml,
    .m2/settings-security.xml, .gradle/gradle.properties, .composer/auth.json, .config/composer/auth.json, .pgpass,
    .my.cnf, .mylogin.cnf, .s3cfg, .boto, .msmtprc, .config/msmtp, .fetchmailrc, .wgetrc, .local/share/keyrings,
    .local/share/kwalletd, .local/share/gnupg, Library/Keychains
"""
"""Keys, and files that programs keep passwords in."""

_ASSISTANTS = """
    .claude, .claude.json, .codex, .gemini, .openclaw, .config/anthropic, .config/openai, .cache/huggingface/token,
    .huggingface, .config/github-copilot
"""
"""Other assistants, with their keys and what was said to them."""

_PRIVATE = """
    .mozilla, .thunderbird, .config/google-chrome, .config/chromium, .config/BraveSoftware, .config/vivaldi,
    .config/microsoft-edge, .config/opera, .var/app, snap, Library/Application Support/Google,
    Library/Application Support/Firefox, Library/Application Support/BraveSoftware, Library/Safari, Library/Cookies,
    Library/Messages, Library/Mail, .config/Signal, .local/share/TelegramDesktop, .bash_history, .zsh_history,
    .zhistory, .histfile, .local/share/fish/fish_history, .python_history, .node_repl_history, .psql_history,
    .mysql_history, .sqlite_history, .rediscli_history, .lesshst, .viminfo, .local/state/nvim
"""
"""What was read, written and typed."""

_IN_HOME = tuple(name.strip() for name in f"{_KEYS},{_ASSISTANTS},{_PRIVATE}".split(","))


def usual_secrets(home: Path) -> tuple[Path, ...]:
    """Where the people whose home is `home` keep what is theirs alone, whether it is there or not."""
    return tuple(home / name for name in _IN_HOME)


def own_secrets(places: Places) -> tuple[Path, ...]:
    """This program's own configuration, keys, conversations, logs and caches: all that it keeps but the workspace."""
    config = places.config_file.parent
    folders = [places.state, places.data, places.cache]
    folders += [config] if config.name.lstrip(".").startswith(APP) or config in folders else [places.config_file]
    found = (part for folder in folders for part in _beside(folder, places.workspace))
    return tuple(dict.fromkeys(found))


def hidden_places(home: Path, places: Places) -> tuple[Path, ...]:
    """All that is to be hidden from commands; to be asked anew for each, since new files may have come."""
    return (*own_secrets(places), *usual_secrets(home))


def _beside(folder: Path, workspace: Path) -> Iterator[Path]:
    """`folder`, or all in it but the workspace where that lies inside."""
    if folder == workspace:
        return
    if not workspace.is_relative_to(folder):
        yield folder
        return
    try:
        children = sorted(folder.iterdir())
    except OSError:
        return
    for child in children:
        yield from _beside(child, workspace)

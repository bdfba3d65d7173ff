"""What stands at a path: secrets, what starts by itself, the system, and the program's own guards."""

import os
import os.path
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase, translate
from pathlib import Path

from localgpt_tui.paths import APP, Places
from localgpt_tui.safety.shell.words import PRINTED, UNKNOWN

_SECRET_FOLDERS = (
    *(".ssh", ".gnupg", ".aws", ".azure", ".docker", ".kube", ".password-store", ".mozilla", ".thunderbird"),
    *(".config/gh", ".config/gcloud", ".config/hub", ".config/op", ".config/google-chrome", ".config/chromium"),
    *(".config/BraveSoftware", ".config/rclone", ".config/doctl", ".config/keepassxc", ".local/share/keyrings"),
    *("Library/Keychains", "Library/Application Support/Google/Chrome", "Library/Application Support/Firefox"),
    *(".bitcoin", ".electrum", ".ethereum", ".oci", ".terraform.d", ".local/share/kwalletd", ".config/Signal"),
    *("Library/Cookies", ".gem/credentials", ".cargo/credentials", ".cargo/credentials.toml", ".m2/settings.xml"),
)
_SECRET_FILES = (
    *(".netrc", "_netrc", ".npmrc", ".pypirc", ".git-credentials", ".pgpass", ".my.cnf", ".vault-token", ".s3cfg"),
    *(".bash_history", ".zsh_history", ".python_history", ".psql_history", ".mysql_history", ".node_repl_history"),
    *(".sh_history", ".history", ".lesshst", ".viminfo", "fish_history", ".credentials.json", ".htpasswd", ".boto"),
    *("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_ecdsa_sk", "id_ed25519_sk", "logins.json", "key4.db"),
    *("wallet.dat", "login.keychain", "login.keychain-db", "application_default_credentials.json", ".authinfo"),
)
_SECRET_HERE = (
    ".env",
    ".env.*",
    ".envrc",
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "*.kdbx",
    "*.jks",
    "*.keystore",
    "secrets.*",
)
_SECRET_NAME = re.compile("|".join(map(translate, (*_SECRET_HERE, *_SECRET_FILES, ".ssh", ".gnupg", ".aws"))))
_HARMLESS_HERE = (".env.example", ".env.sample", ".env.template", ".env.dist", ".env.test")
_SECRET_SYSTEM = re.compile(
    r"/etc/(?:g?shadow-?|sudoers(?:\.d)?(?:/.*)?|ssh/ssh_host_\w+_key|krb5\.keytab|ssl/private(?:/.*)?|wireguard(?:/.*)?)"
    r"|/proc/(?:[^/]+/)+(?:environ|mem|fd|fdinfo|root|cwd|auxv|stack|syscall|map_files)(?:/.*)?|/proc/(?:kcore|kmem|keys)"
    r"|/dev/(?:k?mem|port)|(?:/var)?/run/secrets(?:/.*)?|(?:/var)?/run/(?:docker|containerd/.*|podman/.*)\.sock"
    r"|/run/user/[^/]+/(?:keyring|gnupg|bus)(?:/.*)?|/var/lib/(?:NetworkManager|sss|docker|secrets)(?:/.*)?"
    r"|/var/db/(?:shadow|dslocal)(?:/.*)?|/private/etc/master\.passwd|/etc/master\.passwd"
)
_STARTUP = (
    *(".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".bash_aliases", ".profile", ".zshrc", ".zshenv"),
    *(".zprofile", ".zlogin", ".zlogout", ".kshrc", ".cshrc", ".tcshrc", ".login", ".inputrc", ".xinitrc"),
    *(".xprofile", ".xsession", ".xsessionrc", ".pam_environment", ".vimrc", ".gvimrc", ".exrc", ".emacs"),
    *(".tmux.conf", ".screenrc", ".gitconfig", ".gitmodules", ".gitattributes", ".envrc", ".mcp.json", ".gdbinit"),
    *(".pythonrc", ".pythonrc.py", ".Rprofile", ".irbrc", ".ssh/authorized_keys", ".ssh/rc", ".ssh/config"),
    *(".ssh/environment", ".npmrc", ".yarnrc", ".pip", ".condarc", ".curlrc", ".wgetrc", ".psqlrc", ".sqliterc"),
    *("sitecustomize.py", "usercustomize.py", "*.pth", ".forward", ".procmailrc"),
    *(".bash_completion", ".selected_editor", ".lesskey", ".ackrc", ".direnvrc", ".hushlogin", ".xbindkeysrc"),
)
_STARTUP_FOLDERS = (
    *(".config/autostart", ".config/systemd", ".config/fish", ".config/environment.d", ".config/plasma-workspace"),
    *(".config/git", ".config/nvim", ".config/zsh", ".config/direnv", ".config/pip", ".local/bin", ".git/hooks"),
    *(".local/share/systemd", ".local/share/applications", ".local/share/autostart", ".zsh", ".oh-my-zsh", ".vim"),
    *("Library/LaunchAgents", "Library/LaunchDaemons", "Library/StartupItems", ".vscode", ".idea", ".git/config"),
    *(".claude/commands", ".claude/agents", ".claude/settings.json", ".emacs.d", ".husky", ".bashrc.d", ".profile.d"),
    *(".kde/Autostart", ".config/kitty", ".config/i3", ".config/sway", ".config/hypr", ".cargo/bin", "go/bin", "bin"),
    *(".claude/hooks", ".codex", ".cursor", ".config/tmux", ".gnupg"),
)
_HOME_ONLY = frozenset(
    {".vim", "bin", "go/bin", ".cargo/bin", ".local/bin", ".codex", ".zsh", ".pip", ".npmrc", ".gitattributes"}
)
_SYSTEM = re.compile(
    r"/(?:etc|usr|bin|sbin|boot|lib\w*|sys|proc|opt|srv|root|System|Library|Applications|private/etc|var)(?:/|$)"
)
_NO_SYSTEM = re.compile(r"/var/(?:tmp|folders)(?:/|$)|/usr/local/src(?:/|$)")
_DEVICE = re.compile(
    r"/dev/(?!(?:null|zero|full|random|urandom|stdin|stdout|stderr|fd(?:/.*)?|shm(?:/.*)?|tty|pts/.*)$).+"
)
_TERMINAL = re.compile(
    r"/dev/(?:tty\w*|pts/.*|console|vcs\w*|uinput|input/.*)|/proc/(?!self/|thread-self/)[^/]+/(?:fd|task)/.*"
)
_TOP = re.compile(r"/(?:home|Users|mnt|media|dev|data|tmp|var/\w+|usr/\w+)?")
_LONGEST_STEP = 1000
_WILD = re.compile(r"\[[^\[\]]+\]|[*?\[\]!]")
_GUARD_FILES = frozenset({"POLICY.md", "LocalGPT.md", "audit.jsonl", "audit.log"})
_GUARD_FOLDERS = re.compile(
    r"/(?:\.config|\.local/share|\.local/state|\.cache|Application Support|Preferences|Caches)"
    rf"/{APP}(?:-[\w-]+)?(?:/|$)"
    rf"|/\.{APP}(?:-[\w-]+)?(?:/|$)"
)


@dataclass(frozen=True, slots=True)
class Protected:
    """What no shell line may change, and who is who on this machine.

    Attributes:
        guards: files and folders that hold the program's configuration, keys, policy, audit log and state.
        open: folders inside `guards` that are ordinary ground all the same, such as the workspace.
        pids: processes that a line may not stop or look into.
        ports: ports of this program's own servers.
        home: the person's home folder.
    """

    guards: tuple[Path, ...] = ()
    open: tuple[Path, ...] = ()
    pids: frozenset[int] = frozenset()
    ports: frozenset[int] = frozenset({31327})
    home: Path = Path("/root")

    @classmethod
    def of(cls, places: Places, *, home: Path | None = None) -> "Protected":
        """What is to be protected where things live in `places`, and the present process with its ancestors."""
        inside = (places.workspace / name for name in ("POLICY.md", "LocalGPT.md"))
        guards = (places.config_file, places.config_file.parent, places.state, places.data, places.cache, *inside)
        return cls(
            guards=tuple(dict.fromkeys(guards)),
            open=(places.workspace,),
            pids=frozenset(_lineage()),
            home=home or Path(os.path.expanduser("~")),  # noqa: PTH111 - a home that is not there is no error here
        )

    def fits(self, folder: Path) -> bool:
        """Whether `folder` can be given to commands as a whole: it is no home, holds none, and no guards."""
        real = os.path.realpath(folder)
        if any(_inside(real, os.path.realpath(place)) for place in self.open):
            return True
        guards = [os.path.realpath(guard) for guard in self.guards if guard.suffix != ".md"]
        return not any(_inside(place, real) for place in (os.path.realpath(self.home), *guards)) and not any(
            _inside(real, guard) for guard in guards
        )


class Ground:
    """Answers what a word means as a path, for a line that starts in `folder`."""

    def __init__(self, protected: Protected, folder: str, workspace: str) -> None:
        self.protected = protected
        self.home = str(protected.home)
        self._own = {os.path.normpath(folder), os.path.normpath(workspace)}
        self._guards = [os.path.normpath(path) for path in protected.guards]
        self._open = [os.path.normpath(path) for path in protected.open]

    def secret(self, path: str) -> bool:
        """Keys, credentials, histories, other programs' insides."""
        if _SECRET_SYSTEM.fullmatch(path) or self._config(path):
            return True
        below = self._below_home(path)
        if below is None:
            return any(_has(path, name) for name in (".ssh", ".gnupg", ".aws/credentials")) or _ends(
                path, _SECRET_FILES
            )
        return any(_begins(below, folder) for folder in _SECRET_FOLDERS) or _ends(path, _SECRET_FILES)

    def secret_here(self, path: str) -> bool:
        """Files that hold a project's secrets by custom, such as `.env`."""
        name = path.rpartition("/")[2]
        return any(_meets(name, one) for one in _SECRET_HERE) and name not in _HARMLESS_HERE

    def secret_name(self, name: str) -> bool:
        """Whether a file or folder called `name` is one of those above, wherever it is."""
        return bool(_SECRET_NAME.fullmatch(name)) and name not in _HARMLESS_HERE

    def startup(self, path: str) -> bool:
        """What another program will run or obey by itself one day."""
        below = self._below_home(path)
        names = _STARTUP if below is not None and "/" not in below else tuple(set(_STARTUP) - _HOME_ONLY)
        if _ends(path, names) or re.match(r"/(?:etc|var/spool)/(?:cron|at|anacron)", path):
            return True
        return any(_has(path, folder) for folder in _STARTUP_FOLDERS if folder not in _HOME_ONLY) or (
            below is not None and any(_begins(below, folder) for folder in _STARTUP_FOLDERS)
        )

    def guard(self, path: str) -> bool:
        """The program's own configuration, policy, keys, audit log and state."""
        if path.rpartition("/")[2] in _GUARD_FILES:
            return True
        if any(_inside(path, guard) and not self._is_open(path, guard) for guard in self._guards):
            return True
        return bool(_GUARD_FOLDERS.search(path)) and not any(
            _inside(path, place) for place in (*self._open, *self._own)
        )

    def system(self, path: str) -> bool:
        """The machine's own files and devices."""
        if any(_inside(path, own) for own in self._own) or (_inside(path, self.home) and path != self.home):
            return False
        return bool(_SYSTEM.match(path) and not _NO_SYSTEM.match(path)) or bool(_DEVICE.fullmatch(path))

    def device(self, path: str) -> bool:
        """A disk or another device whose bytes matter."""
        return bool(_DEVICE.fullmatch(path))

    def terminal(self, path: str) -> bool:
        """Where keys could be typed in the person's place."""
        return bool(_TERMINAL.fullmatch(path))

    def whole(self, path: str) -> bool:
        """So much that losing it is a disaster: the root, a home, the system, the working folder or what is above."""
        bare = re.sub(r"(?:/(?:\.?\*+|\.\[!?\.\]\*|\{[^}]*\}))+/?$", "", path) or "/"
        if _TOP.fullmatch(bare):
            return True
        if any(_inside(own, bare) for own in self._own) or _inside(self.home, bare):
            return True
        below = self._below_home(bare)
        if below is not None and "/" not in below:
            return not any(_inside(bare, own) for own in self._own)
        return self.system(bare) or bool(re.fullmatch(r"/(?:home|Users|mnt|media)/[^/]+", bare))

    def outside(self, path: str) -> bool:
        """Neither in the working folder nor in the workspace."""
        return not any(_inside(path, own) for own in self._own)

    def _config(self, path: str) -> bool:
        name = path.rpartition("/")[2]
        return (
            self.guard(path)
            and name not in _GUARD_FILES
            and bool(re.search(r"config|key|token|secret|consent|\.sock", name))
        )

    def _is_open(self, path: str, guard: str) -> bool:
        return any(_inside(path, place) and _inside(place, guard) for place in self._open)

    def _below_home(self, path: str) -> str | None:
        """`path` relative to the home folder it is in, anybody's."""
        if _inside(path, self.home) and path != self.home:
            return path[len(self.home) :].lstrip("/")
        found = re.fullmatch(r"/(?:root|home/[^/]+|Users/[^/]+)/(.+)", path)
        return found[1] if found else None


def path_of(word: str, folder: str, home: str) -> str:
    """What `word` names where it is a path and nothing else."""
    text = home + word[1:] if word == "~" or word.startswith("~/") else word
    return os.path.normpath(os.path.join(folder, text.replace(UNKNOWN, "?*").replace(PRINTED, "?*")))  # noqa: PTH118


def paths_in(word: str, folder: str, home: str) -> Iterator[str]:
    """What `word` may name as a path: itself, or a part of it as options, URLs and `key=value` hold them."""
    forms = {word, word.rpartition("=")[2], word.rpartition("@")[2], word.partition(":")[2], word.partition("=")[2]}
    if word.startswith("-"):
        forms |= {word[2:]}
    if word.startswith("file:"):
        forms = {re.sub(r"^file:/*", "/", word)}
    elif "://" in word:
        return
    for form in forms:
        text = form.lstrip("@<>")
        if text and (not text.startswith("-") or form is word):
            yield path_of(text, folder, home)


def _lineage() -> Iterator[int]:
    """The present process and its ancestors, as far as they can be told."""
    yield 1
    pid = os.getpid()
    while pid > 1:
        yield pid
        try:
            pid = int(
                Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1]
            )
        except (OSError, ValueError, IndexError):
            pid = os.getppid() if pid == os.getpid() else 0


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _begins(below: str, folder: str) -> bool:
    """Whether `below`, which may hold wildcards, is `folder` or in it."""
    steps, wanted = below.split("/"), folder.split("/")
    return len(steps) >= len(wanted) and all(map(_meets, steps, wanted))


def _has(path: str, folder: str) -> bool:
    steps, wanted = path.split("/"), folder.split("/")
    return any(
        all(map(_meets, steps[start : start + len(wanted)], wanted)) for start in range(len(steps) - len(wanted) + 1)
    )


def _ends(path: str, names: tuple[str, ...]) -> bool:
    steps = path.split("/")
    return any(
        all(map(_meets, steps[-len(wanted) :], wanted))
        for wanted in (name.split("/") for name in names)
        if len(steps) > len(wanted)
    )


def _meets(step: str, name: str) -> bool:
    """Whether one step of a path can be `name`; either may hold wildcards, but a bare `*` finds no hidden name."""
    if len(step) > _LONGEST_STEP:
        return False
    if step == name or ("*" in name and fnmatchcase(step, name)):
        return True
    literal = _WILD.sub("", step)
    hidden = name.startswith(".") and not step.startswith(".")
    return literal != step and not hidden and len(literal) > 1 and fnmatchcase(name, step)

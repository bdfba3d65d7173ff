"""Lines that gain power: over the machine, over later sessions, or over this program's own guards."""

import re
from collections.abc import Iterator

from localgpt_tui.paths import APP
from localgpt_tui.safety.shell.calls import Call
from localgpt_tui.safety.shell.ground import Ground, paths_in
from localgpt_tui.safety.shell.unwrap import inline_code

_PRIVILEGE = frozenset(
    {"sudo", "sudoedit", "doas", "su", "pkexec", "run0", "visudo", "nsenter", "unshare", "chroot", "mount", "umount"}
    | {"insmod", "modprobe", "rmmod", "kexec", "iptables", "ip6tables", "nft", "ufw", "firewall-cmd", "pfctl", "setcap"}
    | {
        "shutdown",
        "reboot",
        "halt",
        "poweroff",
        "telinit",
        "init",
        "useradd",
        "userdel",
        "usermod",
        "groupadd",
        "gpasswd",
    }
    | {"groupmod", "adduser", "deluser", "passwd", "chpasswd", "vipw", "vigr", "setenforce", "swapoff", "swapon"}
    | {
        "losetup",
        "pivot_root",
        "switch_root",
        "capsh",
        "setpriv",
        "aa-disable",
        "aa-complain",
        "aa-teardown",
        "ebtables",
    }
    | {
        "csrutil",
        "spctl",
        "dscl",
        "nvram",
        "kextload",
        "bpftool",
        "runuser",
        "machinectl",
        "sysdig",
        "runc",
        "ctr",
        "lxc",
    }
    | {
        "systemd-nspawn",
        "fusermount",
        "update-rc.d",
        "chkconfig",
        "grub-install",
        "efibootmgr",
        "auditctl",
        "arptables",
    }
)
_LASTING = frozenset({"at", "batch", "chsh", "launchctl", "systemd-run", "update-alternatives", "anacron", "incrontab"})
_TYPISTS = frozenset({"xdotool", "ydotool", "wtype", "dotool", "xte", "ttyecho", "evemu-event", "writevt", "cliclick"})
_KEYSTROKES = re.compile(r"System Events|keystroke|key code", re.IGNORECASE)
_TYPING_INTO = {
    "tmux": frozenset({"send-keys", "send", "pipe-pane", "set-buffer", "paste-buffer", "respawn-pane"}),
    "screen": frozenset({"-X", "stuff"}),
    "kitty": frozenset({"send-text"}),
    "wezterm": frozenset({"send-text"}),
    "zellij": frozenset({"write-chars", "write"}),
}
_PEERERS = frozenset(
    {"gdb", "strace", "ltrace", "ptrace", "reptyr", "injcode", "lldb", "gcore", "py-spy", "pyrasite", "dtrace", "frida"}
)
_READERS = frozenset(
    {"cat", "ls", "head", "tail", "less", "more", "grep", "egrep", "fgrep", "rg", "wc", "stat", "file", "diff"}
    | {"cmp", "du", "find", "echo", "printf", "test", "[", "realpath", "readlink", "basename", "dirname", "md5sum"}
    | {"sha256sum", "cd", "sort", "uniq", "cut", "jq", "tree", "which", "type", "xxd", "od", "hexdump", "nl", "tac"}
    | {"pushd", "bat", "comm"}
)
_COPIERS = frozenset({"cp", "install", "rsync", "scp", "ln", "mv", "ditto"})
_OWN_PROGRAMS = re.compile(rf"{APP}(?:-[\w-]+)?")
_OWN_WRITES = frozenset(
    {"config", "approvals", "policy", "sandbox", "erase", "restore", "backup", "audit", "memory", "daemon"}
)
_OWN_READS = frozenset(
    {"show", "list", "get", "check", "path", "verify", "stats", "status", "test", "search", "schema"}
)
_GIT_HOOKS = re.compile(
    r"alias\.|core\.(?:hookspath|pager|editor|fsmonitor|sshcommand|gitproxy|askpass|attributesfile)|credential\.|include"
    r"|(?:diff|merge|difftool|mergetool)\..*(?:external|driver|cmd|textconv)|filter\.|init\.templatedir|url\.|gpg\.|sequence\.editor|pager\.|http\.proxy",
    re.IGNORECASE,
)
_DOCKER_READS = frozenset(
    {"ps", "images", "logs", "version", "info", "inspect", "stats", "top", "port", "history", "search"}
)
_SERVICE_READS = frozenset(
    {"status", "list-units", "list-timers", "list-unit-files", "show", "is-active", "is-enabled", "cat", "is-failed"}
)
_LOOPBACK = re.compile(
    r"\b(?:localhost|127(?:\.\d+){1,3}|0\.0\.0\.0|0x7f0*1|2130706433)\b|\[::1?\]|(?<![\w:])::1\b", re.IGNORECASE
)
_OWN_ROUTES = re.compile(r"/(?:api/)?(?:approv|polic|config|sandbox|audit|sessions?/.*/approv)", re.IGNORECASE)
_SETTINGS = re.compile(rf"{APP.upper()}_|HISTFILE$|HISTSIZE$|HISTCONTROL$|PROMPT_COMMAND$")


def empowers(call: Call, ground: Ground) -> Iterator[str]:
    """Why `call` is refused for the power it would gain; nothing where it is not."""
    yield from _privilege(call)
    yield from _later_sessions(call, ground)
    yield from _own_guards(call, ground)
    yield from _other_programs(call, ground)


def written(call: Call) -> Iterator[str]:
    """The words of `call` that name what it would write, remove or change."""
    yield from (redirect.target for redirect in call.redirects if ">" in redirect.sign)
    operands = [word for word in call.arguments if not word.startswith("-")]
    if call.program in _READERS:
        return
    if call.program in _COPIERS:
        yield from operands[-1:]
        yield from (
            call.arguments[place + 1]
            for place, word in enumerate(call.arguments[:-1])
            if word in {"-t", "--target-directory"}
        )
        yield from (word.partition("=")[2] for word in call.arguments if word.startswith("--target-directory="))
        yield from operands if call.program == "mv" else ()
    elif call.program == "dd":
        yield from (word[3:] for word in call.arguments if word.startswith("of="))
    else:
        yield from call.arguments
    for code in inline_code(call.argv):
        yield from (found[2] for found in re.finditer(r"(['\"])(.*?)\1", code))


def _privilege(call: Call) -> Iterator[str]:
    program, words = call.program, call.arguments
    first = next((word for word in words if not word.startswith("-")), "")
    if program in _PRIVILEGE and (words or program != "mount"):
        yield f"{program} acts on the machine with more power than yours"
    elif program == "sysctl" and any(word in {"-w", "-p", "--write", "--load"} or "=" in word for word in words):
        yield "it changes the kernel's settings"
    elif (
        program in {"docker", "podman", "nerdctl"}
        and first not in _DOCKER_READS
        and first not in {"", "build", "pull", "compose"}
    ):
        yield f"{program} {first} acts as root on this machine"
    elif program in {"systemctl", "service", "rc-service", "loginctl"} and not set(words) & _SERVICE_READS and words:
        yield "it starts, stops or changes services"
    elif program == "chmod" and any(re.fullmatch(r"[ugoa]*\+[rwx]*s[rwx]*|0?[4-7][0-7]{3}", word) for word in words):
        yield "it lets a program run with its owner's rights"
    elif program == "chown" and re.match(r"(?:root|0)(?:[:.]|$)", first):
        yield "it gives a file to root"
    elif program == "ip" and {"set", "add", "del", "flush", "netns"} & set(words):
        yield "it changes the network"
    elif program == "dmesg" and any(word.startswith(("-C", "-c", "--clear")) for word in words):
        yield "it clears the kernel's log"


def _later_sessions(call: Call, ground: Ground) -> Iterator[str]:
    program, words = call.program, call.arguments
    if program in _LASTING:
        yield f"{program} runs things after this session has ended"
    if program == "crontab" and "-l" not in words:
        yield "it changes what runs by the clock"
    if program == "git" and "config" in words:
        rest = words[words.index("config") + 1 :]
        if any(_GIT_HOOKS.match(word) for word in rest) and not {"--get", "--get-all", "--list", "-l", "get"} & set(
            rest
        ):
            yield "it makes git run something later"
    if program in {"npm", "pip", "pip3", "yarn", "pnpm", "conda"} and words[:2] in (
        ("config", "set"),
        ("set", "script-shell"),
    ):
        yield f"it changes how {program} works from now on"
    if program == "history" and any(word.startswith("-c") or word == "-d" for word in words):
        yield "it wipes the history"
    yield from _obeyed_later(call, ground)


def _obeyed_later(call: Call, ground: Ground) -> Iterator[str]:
    """Writes to what starts by itself, to terminals, and to the system."""
    for word in written(call):
        for path in paths_in(word, call.folder, ground.home):
            if ground.startup(path):
                yield f"{word[:120]} is obeyed by other programs later"
                return
            if ground.terminal(path):
                yield f"{word[:120]} would type into a terminal"
                return
            if ground.system(path) and ("/" in word or word.startswith("~")) and _writes_there(call, word):
                yield f"{word[:120]} belongs to the system"
                return


def _writes_there(call: Call, word: str) -> bool:
    """Whether `word` is what is written, not only something that is named."""
    if any(redirect.target == word and ">" in redirect.sign for redirect in call.redirects):
        return True
    if call.program == "sed":
        return any(re.match(r"-[a-zA-Z]*i|--in-place", flag) for flag in call.arguments)
    return call.program in _COPIERS | {
        "dd",
        "tee",
        "truncate",
        "touch",
        "mkdir",
        "rmdir",
        "unlink",
        "shred",
        "patch",
        "chattr",
        "ed",
        "ex",
    }


def _own_guards(call: Call, ground: Ground) -> Iterator[str]:
    for word in written(call):
        if any(ground.guard(path) for path in paths_in(word, call.folder, ground.home)):
            yield f"{word[:120]} is a part of what guards this program"
            return
    if call.program in _COPIERS | {"chmod", "chown", "chattr", "rm"}:
        for word in call.arguments:
            if any(ground.guard(path) for path in paths_in(word, call.folder, ground.home)):
                yield f"{word[:120]} is a part of what guards this program"
                return
    yield from _own_settings(call)
    if call.program in {"curl", "wget", "wget2", "http", "xh", "nc", "ncat", "socat", "telnet", "websocat"}:
        yield from _own_door(call, ground)


def _own_settings(call: Call) -> Iterator[str]:
    names = [name for name, _ in call.assignments]
    if call.program in {"export", "unset", "declare", "typeset", "readonly"}:
        names += [word.partition("=")[0] for word in call.arguments]
    yield from (f"it changes the setting {name}" for name in names if _SETTINGS.match(name))
    words = [word for word in call.arguments if not word.startswith("-")]
    program = call.program
    if program.startswith("python") and "-m" in call.arguments and words:
        program, words = words[0].replace("_", "-"), words[1:]
    if _OWN_PROGRAMS.fullmatch(program) and words and words[0] in _OWN_WRITES and not set(words[1:2]) & _OWN_READS:
        yield "it works on this program's own settings"


def _own_door(call: Call, ground: Ground) -> Iterator[str]:
    text = " ".join(call.arguments)
    port = any(re.search(rf"(?<!\d){number}(?!\d)", text) for number in ground.protected.ports)
    local = _LOOPBACK.search(text) and (port or _OWN_ROUTES.search(text))
    if local or (re.search(r"unix[-:]", text) and APP in text):
        yield "it talks to this program's own door"


def _other_programs(call: Call, ground: Ground) -> Iterator[str]:
    program, words = call.program, call.arguments
    if program in _TYPISTS or (program == "osascript" and _KEYSTROKES.search(" ".join(words))):
        yield "it presses keys in your place"
    if set(words) & _TYPING_INTO.get(program, frozenset()):
        yield f"{program} would type into another terminal"
    attaches = any(re.fullmatch(r"-[pP]\d*|--pid(?:=\d+)?|attach", word) for word in words)
    if program in _PEERERS and (attaches or program in {"ptrace", "reptyr", "gcore", "frida"}):
        yield "it looks into a running program"
    if program in {"kill", "tkill", "skill"}:
        yield from _killed(words, ground.protected.pids)
    everything = any(APP in word or word in {"python", "python3", "-1", "bash", ".", ".*", "-u"} for word in words)
    if program == "killall5" or (program in {"pkill", "killall", "xkill"} and everything):
        yield "it would stop this program or everything at once"
    for code in (*inline_code(call.argv), *([call.stdin] if call.stdin and program.startswith("python") else [])):
        if re.search(r"TIOCSTI|0x5412|/dev/tty\b|/dev/pts|getppid\(\)|PTRACE_", code):
            yield "its code reaches into this program or its terminal"


def _killed(words: tuple[str, ...], pids: frozenset[int]) -> Iterator[str]:
    final = any(
        re.fullmatch(r"-(?:9|19|SIGKILL|KILL|SIGSTOP|STOP)", word) or word in {"KILL", "STOP", "9", "SIGKILL"}
        for word in words[:2]
    )
    targets = [
        word
        for place, word in enumerate(words)
        if re.fullmatch(r"-?\d+", word) and not (place == 0 and word.startswith("-") and len(words) > 1)
    ]
    for target in targets:
        if target == "-1" or abs(int(target)) in pids:
            yield "it would stop this program, or every program at once"
        elif final:
            yield f"it would kill process {target}, whatever that is; background jobs are ended by their own number"

"""Lines that read secrets, send things away, or run what comes from elsewhere."""

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile

from localgpt_tui.safety.shell.calls import Call
from localgpt_tui.safety.shell.ground import Ground, path_of, paths_in
from localgpt_tui.safety.shell.output import decodes
from localgpt_tui.safety.shell.unwrap import inline_code, is_shell, runs_code
from localgpt_tui.safety.shell.words import PRINTED

DOWNLOADERS = frozenset(
    {"curl", "wget", "wget2", "fetch", "aria2c", "http", "https", "xh", "httpie", "lynx", "w3m", "links", "elinks"}
    | {
        "lwp-request",
        "lwp-download",
        "GET",
        "nc",
        "ncat",
        "netcat",
        "socat",
        "dig",
        "ssh",
        "ftp",
        "tftp",
        "telnet",
        "axel",
    }
)
_PIPES_OUT = frozenset(
    {"nc", "ncat", "netcat", "socat", "telnet", "ssh", "ftp", "sftp", "tftp", "mail", "mailx", "mutt", "sendmail"}
)
_WEB = frozenset({"curl", "wget", "wget2", "http", "https", "xh", "aria2c"})
_COPIERS = frozenset({"scp", "rsync", "sftp", "rclone", "gsutil", "s3cmd", "lftp", "ncftpput"})
_NAMERS = frozenset(
    {"ping", "ping6", "dig", "nslookup", "host", "drill", "traceroute", "whois", "getent", "resolvectl"}
)
_PRINTERS = frozenset(
    {"cat", "less", "more", "head", "tail", "tac", "nl", "bat", "grep", "egrep", "fgrep", "rg", "awk", "sed", "strings"}
    | {"base64", "base32", "xxd", "od", "hexdump", "openssl", "cut", "sort", "uniq", "paste", "jq", "yq", "view", "vim"}
    | {
        "vi",
        "nano",
        "tar",
        "zip",
        "gzip",
        "cp",
        "mv",
        "curl",
        "wget",
        "scp",
        "rsync",
        "ssh-keygen",
        "dd",
        "tee",
        "python3",
    }
)
_KEY_TELLERS = (
    ("security", r"find-(?:generic|internet)-password|dump-keychain|export"), ("secret-tool", "lookup|search"),
    ("pass", r"show|[\w./-]+"), ("gpg", r"--export-secret(?:-sub)?keys|--export-secret-key"), ("op", "read|item|get"),
    ("gh", r"auth (?:token|status .*--show-token)"), ("gcloud", r"auth .*print-\w+-token|auth print"),
    ("aws", r"configure (?:get|export-credentials)|sts get-session-token|secretsmanager"), ("bw", "get|list|export"),
    ("kubectl", r"config view .*--raw|get secrets?"), ("git", r"credential(?:-\w+)? (?:fill|get)"),
    ("vault", "read|kv get"),
    ("az", "account get-access-token"), ("heroku", "auth:token"), ("npm", "token"), ("docker", "login"),
    ("ssh-add", "-L"), ("keyring", "get"), ("doppler", "secrets"), ("lpass", "show|export"), ("chezmoi", "secret"),
)  # fmt: skip
_SECRET_NAME = re.compile(r"(?:^|_)(?:API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS)(?:_|$)", re.IGNORECASE)
_HUNTED = re.compile(
    r"id_(?:rsa|dsa|ecdsa|ed25519)|\.pem|\.key\b|\.kdbx|credentials|\.env\b|password|wallet\.dat|\.ssh|\.aws|_history",
    re.IGNORECASE,
)
_ASKED_FOR = re.compile(r"key|token|secret|pass|cred|auth", re.IGNORECASE)
_UPLOADS = re.compile(r"--(?:upload-file|post-file|body-file|form)(?:=.*)?|-[a-zA-Z]*T.*")
_SENDS_FILE = re.compile(r"(?:--(?:data(?:-\w+)?|json|form|body)(?:=|$)|-[a-zA-Z]*[dF])")
_CODE_FETCHES = re.compile(
    r"urlopen|urllib|requests\.|httpx|http\.client|LWP|Net::HTTP|open-uri|fetch\(|file_get_contents\(['\"]http|curl|wget|https?://"
)
_CODE_RUNS = re.compile(
    r"\b(?:exec|eval|compile|system|popen|subprocess|spawn|child_process|instance_eval|require)\b|`"
)
_CODE_SHELL = re.compile(
    r"dup2|pty\.spawn|/bin/(?:ba|z|da)?sh|subprocess|cmd\.exe|fsockopen|exec\(|TCPSocket|IO::Socket|net\.connect|Socket\.tcp",
    re.IGNORECASE,
)


def leaks(call: Call, ground: Ground) -> Iterator[str]:
    """Why `call` is refused for what it reads or sends; nothing where it is not."""
    yield from _secrets(call, ground)
    yield from _sent(call, ground)
    yield from _reverse_shell(call)


def runs_foreign(call: Call, fetched: Iterable[str]) -> Iterator[str]:
    """Why `call` is refused for running what was fetched or decoded a moment before.

    Args:
        fetched: paths that earlier calls of the line put downloads at.
    """
    runner = (
        is_shell(call.program)
        or runs_code(call.program)
        or call.program in {"eval", "source", ".", "xargs", "sudo", "psql"}
    )
    if not call.argv:
        return
    sources = (*call.upstream, *call.feeds)
    executes_words = runner or PRINTED in call.argv[0]
    reads_input = runner and not [
        word
        for word in call.arguments
        if word not in {"-", "-s", "-x", "-e", "--", "-i", "/dev/stdin"} and not re.fullmatch(r"-[a-z]", word)
    ]
    if call.program in {"eval", "xargs"}:
        reads_input = call.program == "eval" or any(is_shell(word.rpartition("/")[2]) for word in call.arguments)
    for source in sources:
        running = (executes_words and source in call.feeds) or (reads_input and source in call.upstream)
        if running and source.program in DOWNLOADERS:
            yield f"it runs what {source.program} fetches, unseen"
        if running and decodes(source.program, source.arguments):
            yield f"it runs what {source.program} decodes, unseen"
    known = set(fetched)
    targets = {path_of(word, call.folder, "") for word in (call.argv[:1] if not runner else call.argv)}
    if known & targets:
        yield "it runs what was fetched a moment before"


def fetched_by(call: Call) -> Iterator[str]:
    """The paths where `call` puts what it downloads."""
    sources = [one for one in (call, *call.upstream) if one.program in DOWNLOADERS]
    if not sources:
        return
    for redirect in call.redirects:
        if ">" in redirect.sign and not redirect.target.isdigit():
            yield path_of(redirect.target, call.folder, "")
    if call.program in {"tee", "dd"}:
        yield from (
            path_of(word.removeprefix("of="), call.folder, "") for word in call.arguments if not word.startswith("-")
        )
    if call.program not in DOWNLOADERS:
        return
    for place, word in enumerate(call.arguments):
        if re.fullmatch(r"-[a-zA-Z]*[oO]|--output(?:-document)?", word) and place + 1 < len(call.arguments):
            yield path_of(call.arguments[place + 1], call.folder, "")
        elif found := re.fullmatch(r"(?:--output(?:-document)?=|-[oO])(.+)", word):
            yield path_of(found[1], call.folder, "")
        elif "://" in word or (call.program in {"wget", "curl"} and "/" in word):
            yield path_of(word.rstrip("/").rpartition("/")[2].partition("?")[0] or "index.html", call.folder, "")


def _secrets(call: Call, ground: Ground) -> Iterator[str]:
    if call.keys_read and call.program not in {"[", "test", "unset", "export", ""}:
        yield f"it hands on the secret in ${call.keys_read[0]}"
    if call.program == "printenv" and any(_SECRET_NAME.search(word) for word in call.arguments):
        yield "it prints a secret of the environment"
    from_environment = any(one.program in {"env", "printenv", "set", "export", "declare"} for one in call.upstream)
    if from_environment and call.program in {"grep", "rg", "egrep"} and any(map(_ASKED_FOR.search, call.arguments)):
        yield "it looks for secrets in the environment"
    for program, wanted in _KEY_TELLERS:
        if call.program == program and re.match(wanted, " ".join(call.arguments)):
            yield f"{program} would hand out keys or passwords"
    if call.program in {"find", "fd", "locate", "mdfind", "plocate"} and any(
        _HUNTED.search(word) for word in call.arguments
    ):
        starts = [word for word in call.arguments[:3] if not word.startswith("-")]
        if call.program in {"locate", "mdfind", "plocate"} or any(
            ground.outside(path_of(word, call.folder, ground.home)) for word in starts
        ):
            yield "it looks for keys and credentials outside the working folder"
    yield from _secret_paths(call, ground)


def _secret_paths(call: Call, ground: Ground) -> Iterator[str]:
    words = list(call.arguments)
    if call.program in {"ssh", "scp", "sftp", "ssh-add", "ssh-keygen", "ssh-copy-id"}:
        words = [word for place, word in enumerate(words) if place == 0 or words[place - 1] != "-i"]
    if call.program in {"echo", "printf"} or re.fullmatch(r"cd|pushd|mkdir", call.program):
        words = []
    if call.program in {"grep", "egrep", "fgrep", "rg", "awk", "sed"}:
        pattern = next((word for word in words if not word.startswith("-")), None)
        words = [word for word in words if word is not pattern]
    if call.program in {"find", "gfind"}:
        words = list(takewhile(lambda word: not word.startswith("-"), words))
    reads = [redirect.target for redirect in call.redirects if redirect.sign in {"<", "<>"}]
    for word in (*words, *reads, *(text for code in inline_code(call.argv) for text in _quoted(code))):
        for path in paths_in(word, call.folder, ground.home):
            if ground.secret(path):
                yield f"{_shown(word)} holds secrets"
                return
            if ground.secret_here(path) and (call.program in _PRINTERS or word in reads) and word not in _targets(call):
                yield f"{_shown(word)} usually holds secrets"
                return
            if call.program in {"grep", "rg", "tar", "cp", "zip", "cat", "rsync", "scp"} and path == ground.home:
                yield "it would read the whole home folder, keys included"
                return


def _targets(call: Call) -> tuple[str, ...]:
    return call.arguments[-1:] if call.program in {"cp", "mv", "tee"} and len(call.arguments) > 1 else ()


def _sent(call: Call, ground: Ground) -> Iterator[str]:
    program, words = call.program, call.arguments
    reading = any(one.argv and one.program not in {"echo", "printf", "yes", "true", "date"} for one in call.upstream)
    redirected = any(redirect.sign == "<" for redirect in call.redirects)
    if program in _WEB:
        yield from _requested(call, piped=reading, redirected=redirected)
    if program in _NAMERS and any(PRINTED in word for word in words):
        yield "it sends what a command prints, hidden in a name to look up"
    if (program in _PIPES_OUT or (program == "openssl" and words[:1] == ("s_client",))) and (reading or redirected):
        yield f"it sends what it reads away through {program}"
    if program in _COPIERS or (program == "aws" and words[:1] == ("s3",)):
        yield from _copied_away(call, ground)
    if program == "gh" and words[:2] == ("gist", "create"):
        yield "it publishes files"
    if program in {"mail", "mailx", "mutt", "sendmail"} and any(word in {"-a", "-A"} for word in words):
        yield "it sends a file by mail"
    if any(re.match(r"/dev/(?:tcp|udp)/", target) for target in (*(one.target for one in call.redirects), *words)):
        yield "it opens a connection of its own, past every other program"


def _requested(call: Call, *, piped: bool, redirected: bool) -> Iterator[str]:
    """What a web request would carry away."""
    words = call.arguments
    if any(_UPLOADS.fullmatch(word) for word in words):
        yield "it uploads a file"
    for place, word in enumerate(words):
        value = words[place + 1] if place + 1 < len(words) else ""
        from_file = "@" in word or "=<" in word or value.startswith(("@", "<")) or re.search(r"=[@<]", value)
        if _SENDS_FILE.match(word) and from_file:
            yield "it sends the content of a file"
    from_stdin = any(word in {"-", "-T-", "-d@-"} or word.endswith("@-") for word in words)
    if (piped and from_stdin) or (redirected and call.program != "wget"):
        yield "it sends what another command prints"
    if any(PRINTED in word for word in words) and call.feeds and not _harmless(call.feeds):
        yield "it puts what a command prints into an address or a request"


def _copied_away(call: Call, ground: Ground) -> Iterator[str]:
    operands = [
        word
        for word in call.arguments
        if not word.startswith("-") and word not in {"s3", "cp", "sync", "copy", "move", "put"}
    ]
    remote = re.compile(r"(?:[\w.-]+@)?[\w.-]+:(?!\\)|\w+://")
    if len(operands) < 2 or not remote.match(operands[-1]):
        return
    deep = any(re.fullmatch(r"-[a-zA-Z]*[ra][a-zA-Z]*|--(?:recursive|archive)", word) for word in call.arguments)
    for word in operands[:-1]:
        path = path_of(word, call.folder, ground.home)
        if (
            deep
            or ground.whole(path)
            or ground.outside(path)
            or word.endswith("/")
            or "*" in word
            or call.program == "rclone"
        ):
            yield f"it would send {word} to another machine"
            return


def _reverse_shell(call: Call) -> Iterator[str]:
    words = call.arguments
    if call.program in {"nc", "ncat", "netcat"} and any(
        re.fullmatch(r"-[a-z]*[ec][a-z]*|--(?:sh-)?exec", word) for word in words
    ):
        yield "it gives another machine a shell here"
    if call.program == "socat" and any(re.match(r"(?:exec|system|shell):", word, re.IGNORECASE) for word in words):
        yield "it gives another machine a shell here"
    if is_shell(call.program) and any(
        one.program in {"nc", "ncat", "netcat", "socat", "telnet", "openssl"} for one in call.upstream
    ):
        yield "it lets another machine type into a shell here"
    if call.program == "ssh" and any(re.fullmatch(r"-[A-Za-z]*R.*", word) for word in words):
        yield "it lets another machine in through a tunnel"
    codes = (*inline_code(call.argv), *([call.stdin] if call.stdin and runs_code(call.program) else []))
    for code in codes:
        if re.search(r"socket|fsockopen|TCPSocket|net\.connect|/inet/", code, re.IGNORECASE) and (
            _CODE_SHELL.search(code) or "/inet/" in code
        ):
            yield "its code gives another machine a shell here"
        if _CODE_FETCHES.search(code) and _CODE_RUNS.search(code):
            yield "its code runs what it fetches"


def _harmless(calls: Iterable[Call]) -> bool:
    return all(one.program in {"date", "echo", "printf", "seq"} for one in calls)


def _quoted(code: str) -> list[str]:
    return [found[1] or found[2] for found in re.finditer(r"'([^']*)'|\"([^\"]*)\"", code) if found[1] or found[2]]


def _shown(word: str) -> str:
    return re.sub(r"[\0\1]", "…", word)[:120]

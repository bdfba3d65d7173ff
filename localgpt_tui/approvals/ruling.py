"""What becomes of an act: it runs, it asks, or it is refused; pure, so that every path decides alike."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from localgpt_tui.approvals.rules import Rule
from localgpt_tui.core.approvals import Act, Mode, Verdict

MODES: tuple[Mode, ...] = ("ask", "writes", "read-only")

STEERING = ("HEARTBEAT.md", "AGENTS.md", "SOUL.md", "TOOLS.md", "skills/")
"""Files of the workspace that tell later turns what to do; the person reads what goes in."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What becomes of an act: `safe` runs, `approve` asks, `deny` refuses; and why, in words for a person."""

    verdict: Verdict
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Situation:
    """What an act is judged by besides itself.

    Attributes:
        origins: the untrusted places that the session has read; near: all of them are close to the person.
        named: the hosts that the person named in this session, in small letters.
        granted: patterns the person allowed for this session, as (tool, pattern).
        standing: patterns that the configuration allows.
        rules: what the person's own policy and memory ask for.
    """

    mode: Mode = "ask"
    origins: tuple[str, ...] = ()
    near: bool = False
    named: frozenset[str] = frozenset()
    granted: frozenset[tuple[str, str]] = frozenset()
    standing: tuple[str, ...] = ()
    rules: Sequence[Rule] = field(default_factory=tuple)


def rule_on(tool: str, act: Act, situation: Situation) -> Ruling:
    """Say what becomes of `act`, which the tool called `tool` foresees.

    Refusals come first and hold in every mode; then the person's rules; then what a tainted session must not do by
    itself; only then what was allowed beforehand.
    """
    refused = _refused(tool, act, situation)
    if refused:
        return Ruling("deny", refused)
    asking = tuple(rule.quoted for rule in situation.rules if rule.applies(tool, act))
    asking += _steering(act) + _tainted(act, situation)
    if asking:
        return Ruling("approve", asking + act.reasons)
    if act.verdict == "safe":
        return Ruling("safe", act.reasons or ("it only looks",))
    if situation.origins and act.kind != "fetch" and not (situation.near and act.confined):
        return Ruling("approve", (_after(situation.origins), *act.reasons))
    allowed = _allowed(tool, act, situation)
    return Ruling("safe", (allowed,)) if allowed else Ruling("approve", act.reasons or (_by_mode(situation.mode),))


def _refused(tool: str, act: Act, situation: Situation) -> tuple[str, ...]:
    if act.verdict == "deny":
        return act.reasons or ("it is never allowed",)
    forbidding = tuple(rule.quoted for rule in situation.rules if rule.verdict == "deny" and rule.applies(tool, act))
    if forbidding:
        return forbidding
    if situation.mode == "read-only" and (act.kind in {"remember", "write", "trust"} or _runs_freely(act)):
        return ("the mode is read-only: nothing is changed and nothing is run",)
    return ()


def _runs_freely(act: Act) -> bool:
    return act.kind == "run" and act.verdict != "safe"


def _steering(act: Act) -> tuple[str, ...]:
    if act.kind != "remember":
        return ()
    steering = (path for path in act.writes if path.startswith(STEERING))
    return tuple(f"{path} tells the assistant what to do later" for path in steering)


def _tainted(act: Act, situation: Situation) -> tuple[str, ...]:
    if not situation.origins:
        return ()
    if act.kind in {"remember", "write"}:
        return (_after(situation.origins),)
    if act.kind != "fetch":
        return ()
    strange = [host for host in act.hosts if not _named(host, situation.named)]
    if strange:
        return (f"{_after(situation.origins)}, and you did not name {', '.join(strange)}",)
    return (_after(situation.origins),) if act.reasons else ()  # the address carries more than an address has to


def _after(origins: Sequence[str]) -> str:
    first, more = origins[0], len(origins) - 1
    return f"this session has read {first}{f' and {more} more' if more else ''}, which may try to steer it"


def _named(host: str, named: frozenset[str]) -> bool:
    return host.lower() in named or host.lower().rpartition(":")[0] in named


def _allowed(tool: str, act: Act, situation: Situation) -> str:
    """Why `act` needs no question although it is not known to be harmless; empty where it does need one."""
    if act.pattern and (tool, act.pattern) in situation.granted:
        return f"you allowed “{act.pattern}” for this session"
    for pattern in situation.standing:
        if stands(pattern, tool, act):
            return f"approvals.allow has “{pattern}”"
    if situation.mode == "writes" and act.kind in {"read", "fetch"}:
        return "the mode asks for writes and commands only"
    if act.kind == "fetch" and act.hosts and all(_named(host, situation.named) for host in act.hosts):
        return "you named the host"
    return ""


def stands(pattern: str, tool: str, act: Act) -> bool:
    """Whether a standing answer, such as `git status`, `write_file notes/*` or `web_fetch example.com`, fits `act`.

    A command fits where its own pattern, made of words known to be harmless, is the same; another tool where its name
    is the first word and what it touches, every path or host of it, fits the rest. An act without a pattern, such as a
    write to a file that starts programs, fits none.
    """
    if act.kind in {"run", "write"} and not act.pattern:
        return False
    if act.kind == "run":
        return pattern.strip() == act.pattern
    name, _, glob = pattern.strip().partition(" ")
    touched = act.writes + act.deletes + act.hosts
    return name == tool and bool(touched) and bool(glob) and all(_fits(path, glob.strip()) for path in touched)


def _fits(path: str, glob: str) -> bool:
    return ".." not in path.split("/") and (fnmatchcase(path, glob) or fnmatchcase(path.rpartition(":")[0], glob))


def _by_mode(mode: Mode) -> str:
    return "everything that is not known to be harmless asks" if mode == "ask" else "writes and commands ask"

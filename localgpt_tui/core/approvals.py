"""What a tool call would do, the question it may raise, and the answer."""

from dataclasses import dataclass
from typing import Literal

from localgpt_tui.core.messages import ToolCall

Kind = Literal["read", "remember", "write", "run", "fetch", "trust"]
"""What a call does: looks at files, changes the memory, changes files, runs a command, goes to a network; `trust` lets
tools change a folder from now on."""

Verdict = Literal["safe", "approve", "deny"]
Mode = Literal["ask", "writes", "read-only"]
"""How much the person is asked about."""

Answer = Literal["once", "session", "edit", "no", "wait"]


@dataclass(frozen=True, slots=True)
class Act:
    """What a call would do, said by its tool before it runs.

    Attributes:
        title: one line for a person, such as `write notes.md`.
        shown: all that will run or be written, for a person to read: the command, or the difference in unified form.
        folder: where it runs.
        writes, deletes: paths it changes and removes, as far as they are known.
        hosts: the hosts it reaches, as `name` or `name:port`.
        verdict: the tool's own judgement; `safe` needs no question, `deny` is refused in every mode.
        reasons: why that verdict, in words for a person.
        pattern: what the answer “for this session” would allow, such as `git status`; empty where it is not offered.
        binding: stands for all the answer depends on beside the arguments, such as what a script or file holds now.
        confined: what holds the command in, in words; empty where nothing has to.
        network: whether what runs has a network; empty where nothing runs.
        afterwards: what goes on when the turn is over, in words; empty where nothing does.
        origin: where the result comes from if that is not to be trusted, such as an address; empty where it is.
        near: the origin is close to the person: their working folder, or what a confined command prints there.
    """

    kind: Kind
    title: str
    shown: str = ""
    folder: str = ""
    writes: tuple[str, ...] = ()
    deletes: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    verdict: Verdict = "approve"
    reasons: tuple[str, ...] = ()
    pattern: str = ""
    binding: str = ""
    confined: str = ""
    network: Literal["", "on", "off"] = ""
    afterwards: str = ""
    origin: str = ""
    near: bool = False


@dataclass(frozen=True, slots=True)
class Approval:
    """A question to the person: may this call run?

    Attributes:
        id: of this question, unlike any other.
        why: the rules that ask, in words for a person; a line of a policy is quoted.
        session: the session whose turn asks, and `title` its name.
        origins: the untrusted places that this session has read.
    """

    id: str
    call: ToolCall
    act: Act
    why: tuple[str, ...] = ()
    session: str = ""
    title: str = ""
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to an `Approval`.

    Attributes:
        answer: `once` this call as it was shown; `session` its pattern until the session is closed; `edit` runs it with
            `arguments` instead, once those were judged as well; `no`; `wait` is a no for now: nobody was there.
        arguments: the changed arguments as JSON text, for `edit`.
        reason: what the person said to the model with a no.
        by: who decided: `person`, or the name of what did.
    """

    answer: Answer
    arguments: str = ""
    reason: str = ""
    by: str = "person"

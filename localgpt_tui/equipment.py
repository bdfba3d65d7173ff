"""The tools that act and the guard before them, as one assistant's configuration and places make them."""

import contextlib
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from localgpt_tui.approvals.approvers import AnywhereApprover, Nobody
from localgpt_tui.approvals.guard import ApprovalGuard, GuardPost
from localgpt_tui.approvals.inbox import Inbox
from localgpt_tui.approvals.rules import Rule, read_rules
from localgpt_tui.config import Config
from localgpt_tui.consent import Trust
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.core.ports import Approver, Tool
from localgpt_tui.models import search_for
from localgpt_tui.paths import Places
from localgpt_tui.plaintext import open_text
from localgpt_tui.safety.audit import audit_of
from localgpt_tui.safety.policy import LONGEST, Policy, read_policy
from localgpt_tui.safety.redact import Redactor, environment_secrets
from localgpt_tui.safety.sandbox import Bounds, Confined, Level, Sandbox, Tier, hidden_places
from localgpt_tui.safety.shell import Protected
from localgpt_tui.sessions.journal import Journal
from localgpt_tui.tools.changes import Changes
from localgpt_tui.tools.files import file_tools
from localgpt_tui.tools.grounds import Grounds
from localgpt_tui.tools.jobs import Jobs
from localgpt_tui.tools.shell import shell_tools
from localgpt_tui.tools.web import MOST_CHARACTERS
from localgpt_tui.tools.web_search import web_tools
from localgpt_tui.tools.writing import writing_tools

if TYPE_CHECKING:
    from localgpt_tui.safety.fetching import Fetcher

_MOST_RESULT = 40_000  # characters of a command's output that a model is given at once
_NOTE = 2_000  # characters of a page's head, and of the note how to read on
_MOST_OUTPUT = 256 * 1024 * 1024  # bytes of a command's output that are kept on the disk
_LONGEST_MEMORY = 200_000  # characters of MEMORY.md that are looked through for rules


@dataclass(frozen=True, slots=True)
class Kit:
    """The tools of one session that act, and what ends all that they have started."""

    tools: tuple[Tool, ...]
    aclose: Callable[[], Awaitable[None]]


class Equipment:
    """What every session of an assistant is given to act with, and what keeps it from harm.

    Attributes:
        folder: the working folder, where the program was started.
        reading: the tools that only look at files.
        inbox: the questions that wait; audit: the log of what was asked and done.
    """

    def __init__(self, places: Places, config: Config, folder: Path, *, fetcher: "Fetcher | None" = None) -> None:
        """Nothing is started or probed before it is needed.

        Args:
            folder: the working folder.
            fetcher: what fetches pages, by default one as the configuration says.
        """
        self.folder = folder
        self._fetcher = fetcher
        self.protected = Protected.of(places)
        self.inbox = Inbox(places.state / "approvals", hours=config.approvals.expire_hours)
        redactor = Redactor([*config.secrets(), *environment_secrets()])
        self.audit = audit_of(places, redact=redactor.clean)
        self.trust = Trust(places.state / "trust.json")
        self.sandbox = SandboxWhenNeeded(config.sandbox.level, self._found)
        self.changes = Changes(places.state / "changes")
        allowed = config.sandbox.allow_paths
        self.grounds = Grounds(
            folder,
            places.workspace,
            self.protected,
            trusted=lambda: self.trust.trusted(folder),
            readable=(*config.tools.allowed_directories, *allowed.read),
            writable=allowed.write,
        )
        self.reading = file_tools([places.workspace, *config.tools.allowed_directories], self.grounds)
        self._places = places
        self._workspace = places.workspace
        self._config = config
        self._rules: tuple[tuple[object, ...], tuple[Rule, ...]] = ((), ())
        self._policy = Policy()

    def kit(self, session: str, *, model: str, unattended: bool) -> Kit:
        """The tools that act, for the session `session`.

        Args:
            model: the name of the one that answers there, whose vendor may search the web.
            unattended: whether nobody is there; commands then need a reliable sandbox.
        """
        config = self._config
        jobs = Jobs(self._places.cache / "outputs", in_memory=config.sandbox.max_output_bytes, most=_MOST_OUTPUT)
        shell = shell_tools(
            self.grounds,
            self.sandbox,
            jobs,
            changes=self.changes,
            session=session,
            hidden=lambda: hidden_places(self.protected.home, self._places),
            timeout_ms=config.tools.bash_timeout_ms,
            result_chars=min(_MOST_RESULT, config.tools.tool_output_max_chars or _MOST_RESULT),
            max_file_bytes=config.sandbox.max_file_size_bytes,
            unattended=unattended,
            noticed=lambda names: self._record("takes_effect", "tool:bash", names, session=session),
        )
        writing = writing_tools(self.grounds, changes=self.changes, session=session)
        most = config.tools.tool_output_max_chars
        web = web_tools(
            private_hosts=config.tools.web_private_hosts,
            most_bytes=config.tools.web_fetch_max_bytes,
            most_characters=min(MOST_CHARACTERS, max(1_000, most - _NOTE) if most else MOST_CHARACTERS),
            fetcher=self._fetcher,
            search=lambda: search_for(model, config),
            most_results=config.tools.web_search.max_results,
            cache_seconds=config.tools.web_search.cache_ttl,
        )
        return Kit((*self.reading, *shell, *writing, *web), jobs.aclose)

    def guard(self, journal: Journal, approver: Approver | None) -> ApprovalGuard:
        """The guard of one session; without an `approver` nobody is there to ask, and questions wait."""
        post = GuardPost(
            inbox=self.inbox,
            audit=None if journal.incognito else self.audit,
            trust=self.trust,
            folder=self.folder,
            standing=self._config.approvals.allow,
            rules=self.rules,
            trustable=lambda _folder: self.grounds.fits,
        )
        answering = AnywhereApprover(approver, self.inbox) if approver else Nobody(self.inbox)
        return ApprovalGuard(
            answering,
            post,
            session=journal.id,
            title=lambda: journal.title,
            mode=self._config.approvals.mode,
        )

    def _found(self, sandbox: Sandbox) -> None:
        self._record("sandbox", "session_start", sandbox.describe())

    def _record(self, action: str, source: str, detail: str, *, content: str = "", session: str = "") -> None:
        with contextlib.suppress(OSError):  # a log that cannot be written is said where calls are logged
            self.audit.record(action, source, detail, content=content, session=session)

    def policy(self) -> Policy:
        """The person's policy as it is now; each new one is written down in the audit log."""
        policy = read_policy(self._workspace)
        if policy != self._policy:
            self._policy = policy
            name = policy.file.name if policy.file else "no policy"
            self._record("policy_loaded", "session_start", policy.problem or name, content=policy.text)
        return policy

    def rules(self) -> tuple[Rule, ...]:
        """What the policy and the memory ask for or forbid, read again when one of the files has changed."""
        files = [self._workspace / name for name in ("POLICY.md", "LocalGPT.md", "MEMORY.md")]
        state = tuple(map(_stamp, files))
        if state != self._rules[0]:
            found = tuple(rule for file in files for rule in _rules_of(file))
            self._rules = (state, found)
        return self._rules[1]


class SandboxWhenNeeded:
    """The sandbox, which is found by trying when somebody first asks for it; that blocks for a moment."""

    def __init__(self, level: Level, found: Callable[[Sandbox], object]) -> None:
        """Find it within `level` one day, and tell `found` of it."""
        self._level, self._tell = level, found

    @cached_property
    def found(self) -> Sandbox:
        """What holds commands in here."""
        sandbox = Sandbox.probe(self._level)
        self._tell(sandbox)
        return sandbox

    @property
    def tier(self) -> Tier:
        """How much holds them in."""
        return self.found.tier

    def describe(self) -> str:
        """The same in words for a person."""
        return self.found.describe()

    def start(
        self, argv: Sequence[str], bounds: Bounds, *, stdout: int, stderr: int, env: Mapping[str, str] | None = None
    ) -> Confined:
        """Start a program within `bounds`.

        Raises:
            SandboxError: it was not started.
        """
        return self.found.start(argv, bounds, stdout=stdout, stderr=stderr, env=env)


def _rules_of(file: Path) -> tuple[Rule, ...]:
    policy = file.name != "MEMORY.md"
    try:
        with open_text(file) as opened:
            text = opened.read(LONGEST if policy else _LONGEST_MEMORY)
    except LocalGPTError:
        return ()
    return read_rules(text, file.name, may_forbid=policy)


def _stamp(file: Path) -> object:
    try:
        found = os.lstat(file)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino

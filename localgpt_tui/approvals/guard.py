"""The guard of one session: every call passes here, in every front end, before its tool runs."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from localgpt_tui.approvals.inbox import Inbox
from localgpt_tui.approvals.rules import Rule
from localgpt_tui.approvals.ruling import Ruling, Situation, rule_on
from localgpt_tui.consent import Trust
from localgpt_tui.core.approvals import Act, Approval, Decision, Mode
from localgpt_tui.core.errors import DeclinedError, LocalGPTError, ToolError
from localgpt_tui.core.events import ApprovalAnswered, ApprovalAsked, Emit
from localgpt_tui.core.messages import ToolCall
from localgpt_tui.core.ports import Approver, Tool
from localgpt_tui.memory.origin import origins as origins_in
from localgpt_tui.safety.audit import Audit
from localgpt_tui.safety.hosts import hosts_in
from localgpt_tui.safety.suspicion import score

_log = logging.getLogger(__name__)

_LIKE_ORDERS = 0.5
"""From this score on a text counts as untrusted wherever it stood: it may raise the guard, never lower it."""


@dataclass(frozen=True, slots=True)
class GuardPost:
    """Where guards stand: what those of every session of an assistant share.

    Attributes:
        standing: patterns that the configuration allows.
        rules: reads the person's own rules as they are now.
        folder: the working folder; trust: the folders that tools may change.
        trustable: whether a folder can be trusted as a whole; a home cannot.
        audit: where calls are written down; None where nothing is to be kept.
    """

    inbox: Inbox
    audit: Audit | None
    trust: Trust
    folder: Path
    standing: tuple[str, ...] = ()
    rules: Callable[[], tuple[Rule, ...]] = tuple
    trustable: Callable[[Path], bool] = lambda _folder: True


class ApprovalGuard:
    """Fills the Guard port by the ruling over each act, and by asking where it says so.

    Attributes:
        mode: how much is asked about; may be changed at any time.
        on_origin: told of each untrusted place that the session reads for the first time, and whether it is near.
    """

    def __init__(
        self, approver: Approver, post: GuardPost, *, session: str, title: Callable[[], str], mode: Mode
    ) -> None:
        self.mode: Mode = mode
        self.on_origin: Callable[[str, bool], object] = lambda _origin, _near: None
        self._approver = approver
        self._post = post
        self._session, self._title = session, title
        self._origins: dict[str, bool] = {}
        self._named: set[str] = set()
        self._granted: set[tuple[str, str]] = set()
        self._untrusting: set[str] = set()
        self._acts: dict[str, Act] = {}
        self._trusting = asyncio.Lock()

    @property
    def origins(self) -> tuple[str, ...]:
        """The untrusted places that this session has read, in the order it did."""
        return tuple(self._origins)

    @property
    def far_origins(self) -> tuple[str, ...]:
        """Those of them that are further away than the working folder."""
        return tuple(origin for origin, near in self._origins.items() if not near)

    @property
    def _near(self) -> bool:
        """Nothing from further away than the working folder was read."""
        return all(self._origins.values())

    def heard(self, text: str) -> None:
        """Take in what the person said: the hosts they name there may be reached."""
        self._named |= hosts_in(text)

    def tainted_by(self, origins: Iterable[str], *, near: bool = False) -> None:
        """Take note that what the model is given came from `origins`, which are `near` the person or not."""
        for origin in origins:
            if origin not in self._origins:
                self._origins[origin] = near
                self.on_origin(origin, near)

    async def admit(self, call: ToolCall, tool: Tool, emit: Emit) -> str:
        """The arguments that `call` may run with.

        Raises:
            ToolError: it may not run.
        """
        if tool.foresee is None:
            await self._record("tool_call", f"tool:{call.name}", "it only looks", call)
            return call.arguments
        edited: Decision | None = None
        while True:
            act = await tool.foresee(call.arguments)
            ruling = await asyncio.to_thread(self._rule, call.name, act)
            if ruling.verdict == "deny":
                await self._record("refused", f"tool:{call.name}", f"{act.title}: {'; '.join(ruling.why)}", call)
                raise ToolError(f"Refused: {'; '.join(ruling.why)}.", "Tell the person if that stands in the way.")
            if ruling.verdict == "approve" and edited is None:
                await self._ask_for_trust(call, act, emit)
                decision = await self._ask(call, act, ruling, emit)
                if decision.answer == "edit":
                    call, edited = replace(call, arguments=decision.arguments), decision
                    continue
                if await self._changed(call, tool, act):
                    continue
            await self._record("tool_call", f"tool:{call.name}", act.title, call)
            self._acts[call.id] = act
            return call.arguments

    async def took(self, call: ToolCall, arguments: str, result: str, *, failed: bool) -> None:
        """Take note of what a call came to: where it read, this session has read."""
        act = self._acts.pop(call.id, None)
        if act is not None and act.origin:
            self.tainted_by((act.origin,), near=act.near)
        self.tainted_by(origins_in(result))
        if await asyncio.to_thread(score, result) >= _LIKE_ORDERS:
            self.tainted_by((f"what {call.name} gave back, which reads like orders to a model",))
        outcome = "failed" if failed else "done"
        await self._record("tool_result", f"tool:{call.name}", outcome, replace(call, arguments=arguments))

    def _rule(self, tool: str, act: Act) -> Ruling:
        return rule_on(
            tool,
            act,
            Situation(
                mode=self.mode,
                origins=self.origins,
                near=self._near,
                named=frozenset(self._named),
                granted=frozenset(self._granted),
                standing=self._post.standing,
                rules=self._post.rules(),
            ),
        )

    async def _ask(self, call: ToolCall, act: Act, ruling: Ruling, emit: Emit) -> Decision:
        """The person's yes, or the error that says it was none."""
        granted = await asyncio.to_thread(self._post.inbox.take_grant, self._session, call, act)
        if not self._near:
            act = replace(act, pattern="")  # what was read may steer the next call: each is asked about
        approval = self._approval(call, act, ruling.why)
        decision = granted or await self._put(approval, emit)
        await self._record(_ACTIONS[decision.answer], decision.by, act.title, call)
        match decision.answer:
            case "no":
                said = f" They said: {decision.reason.rstrip('.')}." if decision.reason else ""
                raise DeclinedError(
                    f"The person said no.{said}", "Do not try the same by another way; ask what they want."
                )
            case "wait":
                raise ToolError(
                    "Not run: nobody is there to ask. The question waits for the person.",
                    "Go on without it, and say what is waiting.",
                )
            case "session" if act.pattern:
                self._granted.add((call.name, act.pattern))
            case _:
                pass
        return decision

    async def _put(self, approval: Approval, emit: Emit) -> Decision:
        emit(ApprovalAsked(approval))
        decision = Decision("no", reason="The question was taken back.", by="nobody")
        try:
            decision = await self._approver.decide(approval)
        except LocalGPTError as error:
            decision = Decision("no", reason=str(error), by="nobody")
        finally:
            emit(ApprovalAnswered(approval, decision))
        return decision

    async def _ask_for_trust(self, call: ToolCall, act: Act, emit: Emit) -> None:
        """Ask once whether tools may change the working folder, before the first act that would."""
        folder, trust = self._post.folder, self._post.trust
        if act.kind not in {"write", "run"} or not self._post.trustable(folder):
            return
        async with self._trusting:
            if str(folder) in self._untrusting or await asyncio.to_thread(trust.trusted, folder):
                return
            asked = Act("trust", f"change files in {folder}", folder=str(folder), writes=(str(folder),))
            why = ("tools have not changed files in this folder before",)
            decision = await self._put(self._approval(call, asked, why), emit)
            if decision.answer in {"once", "session"}:
                await asyncio.to_thread(trust.trust, folder)
                await self._record("approved", decision.by, asked.title, call)
            else:
                self._untrusting.add(str(folder))
                await self._record("refused", decision.by, asked.title, call)

    async def _changed(self, call: ToolCall, tool: Tool, answered: Act) -> bool:
        """Whether what the answer depended on is no longer as it was shown; then it is asked again."""
        assert tool.foresee is not None  # noqa: S101 - `admit` asked before
        act = await tool.foresee(call.arguments)
        return (act.binding, act.shown, act.verdict) != (answered.binding, answered.shown, answered.verdict)

    def _approval(self, call: ToolCall, act: Act, why: tuple[str, ...]) -> Approval:
        return Approval(
            secrets.token_hex(8), call, act, why=why, session=self._session, title=self._title(), origins=self.origins
        )

    async def _record(self, action: str, source: str, detail: str, call: ToolCall) -> None:
        audit = self._post.audit
        if audit is None:
            return
        try:
            await asyncio.to_thread(audit.record, action, source, detail, content=call.arguments, session=self._session)
        except OSError as error:
            _log.warning("the audit log could not be written: %s", error.strerror)


_ACTIONS = {"once": "approved", "session": "approved", "edit": "approved", "no": "refused", "wait": "waiting"}

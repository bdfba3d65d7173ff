"""Questions to ask on the staged screen, and a way to ask them there."""

import asyncio
import json

from stage import until, until_ready
from textual.pilot import Pilot

from localgpt_tui.core.approvals import Act, Approval, Decision
from localgpt_tui.core.messages import ToolCall
from localgpt_tui.ui.screens.approving import ApprovingScreen
from localgpt_tui.ui.widgets.approval_panel import ApprovalPanel

RUN = Act(
    "run",
    "run rm -rf build",
    shown="rm -rf build && echo hello > notes.txt",
    folder="/home/person/notes",
    writes=("notes.txt",),
    deletes=("build/",),
    reasons=("rm removes folders",),
    pattern="rm -rf build",
    confined="full: bubblewrap and seccomp",
    network="off",
)


def question(act: Act = RUN, name: str = "bash", *, number: int = 1, **rest: object) -> Approval:
    wanted = ToolCall(f"c{number}", name, json.dumps({"command": act.shown}))
    return Approval(f"q{number}", wanted, act, **{"why": ("POLICY.md#L4 says “ask before removing”",), **rest})


class Asking:
    """Asks through the screen, from the thread where turns run, and keeps the answers."""

    def __init__(self, pilot: Pilot) -> None:
        screen = pilot.app.screen
        assert isinstance(screen, ApprovingScreen)
        self.screen = screen
        self.answers: list[Decision] = []
        self.tasks: list[asyncio.Task[None]] = []

    def ask(self, *approvals: Approval) -> None:
        for approval in approvals:
            self.tasks.append(asyncio.create_task(self._ask(approval)))

    async def _ask(self, approval: Approval) -> None:
        self.answers.append(await self.screen.engine.run(self.screen.approver.decide(approval)))


def panel(pilot: Pilot) -> ApprovalPanel:
    return pilot.app.screen_stack[0].query_one(ApprovalPanel)


async def asking_on(pilot: Pilot, *approvals: Approval) -> Asking:
    await until_ready(pilot)
    panel(pilot).pause = 0.15
    asking = Asking(pilot)
    asking.ask(*approvals)
    await until(pilot, lambda: len(panel(pilot).ids) == len(approvals))
    return asking


async def press(pilot: Pilot, *keys: str) -> None:
    """Press keys once they are taken for answers."""
    await until(pilot, lambda: panel(pilot).armed)
    await pilot.press(*keys)

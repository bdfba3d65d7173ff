"""What beats and jobs have asked of the person, as the schedule sees it."""

from datetime import datetime

from localgpt_tui.approvals.inbox import Inbox
from localgpt_tui.schedule.questions import Question

FOLDER = "approvals"
"""Where in the state folder the questions are kept."""


def questions_in(inbox: Inbox, at: datetime) -> list[Question]:
    """The questions of processes that have ended, those that wait and those whose answers nobody has made use of."""
    waiting = (one for one in inbox.list(at) if not one.owner_alive)
    return [Question(one.approval.session, one.approval.act.title, one.since) for one in waiting] + [
        Question(
            one.approval.session,
            one.approval.act.title,
            one.when,
            "no" if one.decision.answer == "no" else "yes",
            one.decision.reason,
        )
        for one in inbox.answers()
    ]

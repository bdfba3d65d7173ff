"""The heartbeat: whether it is on, whether anybody makes its beats, and how the last one ended."""

from collections.abc import Iterator, Mapping

from localgpt_tui.config.times import in_words
from localgpt_tui.core.errors import LocalGPTError
from localgpt_tui.doctor.check import Check
from localgpt_tui.heartbeat import Heartbeat
from localgpt_tui.heartbeat.keeping import Kept
from localgpt_tui.schedule.state import Mood, State

_MENDING: Mapping[Mood, str] = {
    "off": "localgpt-tui config set heartbeat.enabled true",
    "paused": "`localgpt-tui heartbeat resume` ends the pause.",
    "late": "`localgpt-tui daemon start` lets the beats be made, and so does an open app.",
    "failing": "`localgpt-tui heartbeat log` shows the failures; once mended, `localgpt-tui heartbeat run` tries it.",
    "over budget": "Wait until tomorrow, or raise heartbeat.tokens_per_day or heartbeat.dollars_per_day.",
    "needs you": "`localgpt-tui heartbeat status` says what for.",
}
_ALONE = "Beats are made while the app is open; `localgpt-tui daemon install` lets them be made without it."
_WELL: frozenset[Mood] = frozenset({"ok", "running", "off", "paused"})


def heartbeat(heart: Heartbeat) -> Iterator[Check]:
    """On or off, the next beat, the last one, and who makes them; what is wrong with it, and what with jobs."""
    try:
        state = heart.state()
    except LocalGPTError as error:
        yield Check("heartbeat", "fail", error.message, error.advice)
        return
    kept = heart.kept
    fix = _MENDING.get(state.mood, "" if kept.by == "daemon" else _ALONE)
    yield Check("heartbeat", "ok" if state.mood in _WELL else "warn", _words(heart, state, kept), fix)
    for job in heart.settings.jobs:
        if job.problem:
            yield Check("jobs", "warn", f"{job.name} never runs: {job.problem}", f"Edit {heart.places.config_file}.")


def _words(heart: Heartbeat, state: State, kept: Kept) -> str:
    if state.mood == "off":
        return "off: nothing is done by itself but jobs" if heart.settings.jobs else "off: nothing is done by itself"
    zone = heart.settings.zone
    parts = [f"on, every {in_words(heart.settings.rhythm.every)}"]
    parts += [f"next {state.next.astimezone(zone):%Y-%m-%d %H:%M}"] if state.next else []
    if state.last is not None:
        last = state.last
        why = f" ({last.reason})" if last.reason and last.outcome in {"failed", "timed out", "waiting"} else ""
        parts.append(f"last {last.started.astimezone(zone):%Y-%m-%d %H:%M} {last.outcome}{why}")
    parts.append(kept.words)
    wrong = state.words if state.mood not in {"ok", "needs you"} else " ".join(state.needs)
    return "; ".join(parts) + (f". {wrong}" if wrong else "")

"""All that a row of the ledger tells, in a few lines."""

from datetime import datetime, tzinfo

from textual.content import Content

from localgpt_tui.ledger import Row
from localgpt_tui.safety.terminal import printable
from localgpt_tui.ui.rendering.beats import OUTCOMES, dollars, took

_MOST_SAID = 600
_BEGAN = {"late": "late", "person": "by you", "answer": "after your answer"}


def row_words(row: Row, now: datetime, zone: tzinfo) -> Content:
    """When it was due and began, what became of it and of its tasks, what it used, said and wrote."""
    sign = OUTCOMES[row.outcome]
    began = f"{row.started.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    head = Content.assemble((f"{sign.sign} {sign.word}", f"bold {sign.look}"), f"  {printable(row.job)}  {began}")
    length = took(row) or (f"{(now - row.started).total_seconds():.0f}s so far" if row.outcome == "running" else "")
    late = row.started - row.due
    facts = [
        f"due {row.due.astimezone(zone):%H:%M:%S}" if late.total_seconds() >= 1 else "",
        _BEGAN.get(row.trigger, ""),
        f"after {row.missed} missed" if row.missed else "",
        f"took {length}" if length else "",
        f"{row.model}, {row.tokens:,} tokens, {dollars(row.money)}" if row.asked_a_model else "no model asked",
    ]
    lines = [head, Content(printable(" · ".join(filter(None, facts)))).stylize("$text-muted")]
    if row.put_off:
        lines.append(Content(printable(f"put off: {row.put_off}")))
    if row.reason:
        lines.append(Content(printable(row.reason)).stylize(sign.look if sign.look == "$error" else ""))
    if row.notice:
        lines.append(Content(printable(row.notice)).stylize("$error"))
    lines += [Content(printable(f"- {tried.title}: {tried.result or 'not begun'}")) for tried in row.tasks]
    lines += [Content(printable(f"verified: {proof}")).stylize("$success") for proof in row.verified]
    lines += [Content(printable(f"wrote {', '.join(row.memories)}")).stylize("$accent")] if row.memories else []
    if row.claims:
        lines.append(Content(printable(f"“{row.claims[:_MOST_SAID].strip()}”")))
    return Content("\n").join(lines)

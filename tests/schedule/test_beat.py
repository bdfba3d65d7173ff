"""What one beat does: free where nothing is due, honest about what was done, quiet about the rest."""

import asyncio
import os
from dataclasses import replace
from datetime import timedelta

import pytest
from beating import Beating

from localgpt_tui.config.schedule import Job
from localgpt_tui.files import Lock
from localgpt_tui.memory.templates import HEARTBEAT as TEMPLATE
from localgpt_tui.schedule.errand import Answer
from localgpt_tui.schedule.jobs import Clockwork
from localgpt_tui.schedule.questions import Question, decided


@pytest.fixture
def heart(tmp_path):
    beating = Beating(tmp_path)
    yield beating
    beating.history.close()


async def test_an_untouched_template_and_a_missing_file_cost_nothing(heart):
    assert (await heart.beat()).outcome == "quiet"
    heart.say(TEMPLATE)
    row = await heart.beat(minutes=30)
    assert (row.outcome, row.tokens, row.session) == ("quiet", 0, "")
    assert heart.outside.errands == []
    assert "no open task" in row.reason


async def test_one_is_ticked_one_put_off_one_left_for_free_and_the_row_says_so(heart):
    heart.say("- [ ] Inbox\n  When: file inbox changed\n")
    assert (await heart.beat()).outcome == "quiet", "what is seen first is what changes are measured by"
    heart.say(
        "Be kind.\n- [ ] Inbox\n  When: file inbox changed\n- [ ] Write it\n  Done when: file out.md exists\n"
        "### Water\nPriority: high\nRecurring: daily at 09:00\nDue: 2026-11-22 09:00\n"
    )
    (heart.workspace.root / "out.md").write_text("done")
    heart.outside.answers = ["I did it.\nDONE 1\n**DONE 2**: written\n"]
    row = await heart.beat(minutes=30)

    assert [errand.prompt.count("Task ") for errand in heart.outside.errands] == [2]
    assert "Be kind." in heart.outside.errands[0].prompt
    assert heart.said() == (
        "Be kind.\n- [ ] Inbox\n  When: file inbox changed\n- [x] Write it\n  Done when: file out.md exists\n"
        "### Water\nPriority: high\nRecurring: daily at 09:00\nDue: 2026-11-23 09:00\n"
    )
    assert [(tried.title, tried.result) for tried in row.tasks] == [
        ("Water", "claimed; next 2026-11-23 09:00"),
        ("Write it", "verified"),
        ("Inbox", "file inbox changed: no change"),
    ]
    assert (row.outcome, row.tokens, row.money, row.model) == ("sent", 100, 0.01, "fake/model")
    assert row.verified == ("Write it: file out.md exists",)
    assert "I did it." in row.claims
    change = heart.history.log("HEARTBEAT.md")[0]
    assert (change.author, change.session) == ("heartbeat", "session-1")
    assert "Ticked “Write it”" in change.why

    (heart.workspace.root / "inbox").write_text("news")
    heart.outside.answers = ["DONE 1\nHEARTBEAT_OK"]
    row = await heart.beat(minutes=30)
    assert [(tried.title, tried.result) for tried in row.tasks] == [("Inbox", "claimed")]
    assert row.outcome == "silent"
    assert (await heart.beat(minutes=30)).outcome == "quiet"


async def test_a_claim_without_its_proof_ticks_nothing(heart):
    heart.say("- [ ] Write\n  Done when: file out.md changed\n- [ ] Think\n- [ ] Call\n")
    heart.outside.answers = ["DONE 1\nDONE 2\nOPEN 3: nobody answered"]
    row = await heart.beat()
    assert [tried.result for tried in row.tasks] == [
        "claimed, but not so: file out.md changed",
        "claimed",
        "open: nobody answered",
    ]
    assert heart.said().count("[x]") == 1


async def test_the_same_words_are_not_sent_twice_within_a_day(heart):
    heart.say("- [ ] Look\n")
    heart.outside.answers = ["OPEN 1: later\nThe disk is full."] * 3
    outcomes = [(await heart.beat(hours=hours)).outcome for hours in (1, 1, 24)]
    assert outcomes == ["sent", "repeated", "sent"]


async def test_text_leaves_the_machine_only_once_that_was_allowed(heart):
    heart.say("- [ ] Look\n")
    heart.outside.destination = "api.example.com"
    row = await heart.beat()
    assert (row.outcome, heart.outside.errands) == ("waiting", [])
    assert heart.state.mood == "needs you"
    assert "api.example.com" in heart.state.needs[0]

    heart.outside.permitted = True
    assert (await heart.beat(minutes=30)).outcome == "silent"
    assert heart.state.needs == ()


async def test_budgets_of_a_beat_and_of_a_day_hold_without_a_price_too(heart):
    heart.say("- [ ] Look\n")
    heart.outside.answers = [Answer("OPEN 1", session="s", tokens=499_000, money=None)]
    await heart.beat()
    row = await heart.beat(minutes=30)
    assert heart.outside.errands[1].tokens == 1_000, "what is left of the day"
    assert row.outcome == "silent"
    heart.say("- [ ] Again\n")
    heart.outside.answers = [Answer("OPEN 1", session="s", tokens=1_000, money=None)]
    await heart.beat(minutes=30)
    assert (await heart.beat(minutes=30)).outcome == "over budget"
    assert heart.state.mood == "over budget"
    assert (await heart.beat(hours=12)).outcome == "silent", "it is another day"


async def test_a_thousand_failures_are_tried_less_often_and_told_once(heart):
    heart.say("- [ ] Look\n")
    down = Answer(session="s", problem="The key is not valid (401).", failure="auth")
    rows = []
    for _ in range(40):
        heart.outside.answers = [down]
        heart.now = max(heart.now, heart.state.next)
        rows.append(await heart.beat())
    assert [row.outcome for row in rows] == ["failed"] * 40
    assert len([row for row in rows if row.notice]) == 1
    assert rows[-1].started - rows[-2].started == timedelta(hours=8)
    assert (heart.state.mood, heart.state.failures) == ("failing", 40)
    assert len(heart.state.needs) == 1
    heart.outside.answers = ["OPEN 1"]
    await heart.beat(hours=8)
    assert (heart.state.failures, heart.state.next - heart.now) == (0, timedelta(minutes=30))


async def test_an_interrupted_task_is_not_begun_again_by_itself(heart, tmp_path):
    heart.say("- [ ] Send the mail\n- [ ] Other\n  Due: 2027-01-01\n")
    pid = os.fork()
    if pid == 0:
        heart.outside.dies = "asked"
        asyncio.run(heart.beat())
        os._exit(1)
    await asyncio.to_thread(os.waitpid, pid, 0)

    row = await heart.beat(minutes=30)
    assert [each.outcome for each in heart.rows] == ["unknown", "waiting"]
    assert row.tasks[0].result.startswith("held back")
    assert heart.state.needs[-1] == "“Send the mail” was begun and interrupted."
    assert heart.outside.errands == []

    row = await heart.beat("person", minutes=1)
    assert "do not repeat it" in heart.outside.errands[0].prompt
    assert row.tasks[0].result == "claimed"
    assert heart.state.needs == ()


async def test_it_never_runs_beside_another_and_leaves_a_person_alone(heart):
    heart.say("- [ ] Look\n")
    other = Lock(heart.state_folder / "unattended.lock")
    heart.ledger.begin_keeping(heart.now)
    other.acquire()
    assert await heart.beat() is None
    assert heart.rows == [], "it is put off"
    row = await heart.beat("person")
    assert (row.outcome, row.reason) == ("skipped", "Another beat or job was still running.")
    other.release()
    heart.outside.is_busy = True
    assert await heart.beat(minutes=30) is None
    assert (await heart.beat("person", minutes=1)).outcome == "silent"


async def test_a_task_waits_for_the_answer_that_it_needs_and_goes_on_in_its_session_after_a_yes(heart):
    heart.say("- [ ] Write\n- [ ] Look\n")
    heart.outside.answers = [Answer("DONE 1\nOPEN 2: it waits", session="s", waits=("write a", "run b"))]
    row = await heart.beat()
    assert (row.outcome, [tried.result for tried in row.tasks]) == (
        "waiting",
        ["claimed, but a call waits for your answer", "open: it waits"],
    )
    assert "[x]" not in heart.said()
    asked = [Question("s", "write a", heart.now), Question("s", "run b", heart.now)]
    heart.outside.asked = asked
    row = await heart.beat(minutes=30)
    assert (row.outcome, row.tasks[1].result) == ("waiting", "waits for your answer: write a; run b")
    assert row.reason == heart.state.needs[0] == "“Write” waits for your answer: write a; run b."
    row = await heart.beat("person", minutes=1)
    assert row.outcome == "waiting", "nobody is asked the same twice"

    heart.outside.asked = [replace(asked[0], answer="yes"), replace(asked[1], answer="no", reason="Not b.")]
    heart.outside.answers = ["DONE 1\nDONE 2\nHEARTBEAT_OK"]
    row = await heart.beat(minutes=30)
    assert (row.outcome, heart.outside.asked, heart.said().count("[x]")) == ("silent", [], 2)
    assert heart.outside.errands[-1].session == "s"
    assert "- yes: write a\n- no: run b. They said: Not b.\n" in heart.outside.errands[-1].prompt
    assert len(heart.outside.errands) == 2


async def test_a_task_whose_only_wish_was_refused_is_left_until_the_person_starts_it(heart):
    heart.say("- [ ] Tidy up\n")
    heart.outside.answers = [Answer("OPEN 1: it waits", session="s", waits=("run rm x",))]
    await heart.beat()
    heart.outside.asked = [Question("s", "run rm x", heart.now, "no")]
    for asked in (heart.outside.asked, []):  # the answer is forgotten one day; the rows are not
        heart.outside.asked = asked
        row = await heart.beat(minutes=30)
        assert (row.outcome, row.tasks[0].result) == ("quiet", "you said no: run rm x")
    assert heart.state.needs == ()
    row = await heart.beat("person", minutes=30)
    assert (row.outcome, row.tasks[0].result) == ("silent", "claimed")
    assert heart.outside.errands[-1].session == ""


async def test_a_job_goes_on_in_its_session_once_the_person_has_decided(tmp_path):
    heart = Beating(tmp_path, jobs=[Job(name="news", schedule="every 2h", prompt="x", output="file news.md")])
    heart.outside.answers = [Answer("In part.", session="s", waits=("fetch y",)), "All of it."]
    row = await heart.job("news")
    assert (row.outcome, row.reason.partition(" `")[0]) == ("waiting", "A call waits for your answer: fetch y.")
    heart.outside.asked = [Question("s", "fetch y", heart.now + timedelta(minutes=5), "yes")]
    schedule = heart.schedule(decided=lambda: decided(heart.outside.asked))
    (due,) = [due for due in schedule.coming(heart.now) if due.trigger == "answer"]
    row = await Clockwork(heart.runs).run(due)
    assert (row.outcome, heart.outside.errands[-1].session) == ("sent", "s")
    assert "- yes: fetch y" in heart.outside.errands[-1].prompt
    assert heart.outside.delivered[-1] == ("file news.md", "All of it.")
    assert all(due.trigger != "answer" for due in schedule.coming(heart.now))
    assert heart.ledger.scheduled("news").trigger == "schedule", "its times are counted without it"


async def test_being_stopped_and_a_defect_are_written_down(heart):
    heart.say("- [ ] Look\n")
    heart.outside.answers = [asyncio.CancelledError(), RuntimeError("x")]
    with pytest.raises(asyncio.CancelledError):
        await heart.beat()
    with pytest.raises(RuntimeError):
        await heart.beat("person", minutes=30)
    assert [row.outcome for row in heart.rows] == ["unknown", "failed"]


async def test_commands_run_only_where_nobody_has_to_be_asked(tmp_path):
    heart = Beating(tmp_path, refusal=lambda command: "it changes files" if "touch" in command else "")
    heart.say(
        "- [ ] A\n  When: test -e flag exits 0\n- [ ] B\n  When: command touch x exits 0\n"
        "- [ ] C\n  When: after 23:00\n"
    )
    row = await heart.beat()
    assert row.outcome == "quiet"
    assert [tried.result for tried in row.tasks] == [
        "test -e flag exits 0: not so",
        "`touch x` was not run: it changes files",
        "after 23:00: not so",
    ]
    (heart.workspace.root / "flag").touch()
    heart.outside.answers = ["OPEN 1: later"]
    assert next(tried.result for tried in (await heart.beat(minutes=30)).tasks) == "open: later"
    assert (await heart.beat(minutes=30)).outcome == "quiet", "it holds still, which is no news"
    (heart.workspace.root / "flag").unlink()
    await heart.beat(minutes=30)
    (heart.workspace.root / "flag").touch()
    assert (await heart.beat(minutes=30)).outcome == "silent"
    assert not (heart.workspace.root / "x").exists()


async def test_a_job_runs_with_all_of_the_prompt_and_says_it_where_it_should(tmp_path):
    jobs = [
        Job(name="news", schedule="every 2h", prompt="What is new?", output="file news.md", timeout="3m"),
        Job(name="bad", schedule="sometimes", prompt="x"),
    ]
    heart = Beating(tmp_path, jobs=jobs)
    heart.outside.answers = ["Nothing much."]
    row = await heart.job("news")
    errand = heart.outside.errands[0]
    assert (errand.light, errand.agent, errand.seconds) == (False, "cron-news", 180)
    assert errand.prompt.startswith("What is new?")
    assert (row.outcome, row.reason, heart.outside.delivered) == (
        "sent",
        "to file news.md",
        [("file news.md", "Nothing much.")],
    )
    assert "expected" in heart.settings.job("bad").problem
    assert (await heart.job("gone", minutes=1)).outcome == "skipped"

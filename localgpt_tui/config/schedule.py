"""What can be configured of the work that the assistant does by itself: the heartbeat and the jobs."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from localgpt_tui.config.times import duration, interval, time_of_day, zone


def _checked(read: Callable[[str], object], *, empty: bool = False) -> AfterValidator:
    """Keep the text as the person wrote it, once it was found to mean something."""

    def check(text: str) -> str:
        if text or not empty:
            read(text)
        return text

    return AfterValidator(check)


Interval = Annotated[str, _checked(interval)]
Length = Annotated[str, _checked(duration)]
LengthIfAny = Annotated[str, _checked(duration, empty=True)]
TimeIfAny = Annotated[str, _checked(time_of_day, empty=True)]
ZoneIfAny = Annotated[str, _checked(zone, empty=True)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)


class ActiveHours(_Section):
    """The hours in which beats may be; from evening to morning works too, and both empty means always."""

    start: TimeIfAny = Field(default="", description="When they begin, such as `08:00`.")
    end: TimeIfAny = Field(default="", description="When they end, such as `22:30`.")


class Heartbeat(_Section):
    """The work that the assistant looks for by itself, in HEARTBEAT.md."""

    enabled: bool = Field(default=True, description="Whether there are beats. One with nothing due asks no model.")
    interval: Interval = Field(default="30m", description="The time between beats, such as `30m` or `2h30m`.")
    overdue_delay: Length = Field(
        default="1m", description="How long after opening an overdue beat waits, so that you can begin in peace."
    )
    grace: Length = Field(default="5m", description="How late a beat may be before that is shown in red.")
    timeout: LengthIfAny = Field(default="", description="The longest a beat may take; empty: half the interval.")
    timezone: ZoneIfAny = Field(
        default="", description="The time zone of hours and dates, such as `Europe/Berlin`; empty: this machine's."
    )
    model: str = Field(default="", description="The model for beats and jobs; empty: `agent.default_model`.")
    tokens_per_beat: int = Field(default=50_000, ge=1, description="Tokens, read and written, at which a beat ends.")
    tokens_per_day: int = Field(
        default=500_000, ge=1, description="Tokens of all beats and jobs of a day, after which they wait for the next."
    )
    dollars_per_beat: float = Field(default=0.25, gt=0, description="Dollars at which a beat ends.")
    dollars_per_day: float = Field(default=2.0, gt=0, description="The same as `tokens_per_day`, in dollars.")
    active_hours: ActiveHours = ActiveHours()


class Job(_Section):
    """A job: what to do, and when."""

    name: str = Field(min_length=1, max_length=64, description="What it is called.")
    schedule: str = Field(min_length=1, description="Five cron fields, `every 2h`, or `at 2026-12-01 09:00`.")
    prompt: str = Field(min_length=1, description="What the model is asked.")
    enabled: bool = Field(default=True, description="Whether it runs.")
    timeout: Length = Field(default="10m", description="The longest it may take.")
    model: str = Field(default="", description="The model; empty: that of the heartbeat.")
    output: str = Field(
        default="inbox",
        description="Where its answer goes: `inbox`, `file PATH`, `session ID`, or `command PROGRAM …`.",
    )


class Cron(_Section):
    """Jobs at fixed times; `cron add` writes them."""

    jobs: tuple[Job, ...] = Field(
        default=(),
        strict=False,
        description="The jobs, best as a `[[cron.jobs]]` each with `name`, `schedule`, `prompt`, and if need be "
        "`enabled`, `timeout`, `model` and `output`.",
    )

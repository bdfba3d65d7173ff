"""When a beat is due: a grid of moments in UTC, cut to the active hours of a place; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WRONG_CLOCK = timedelta(days=1)
_SLACK = timedelta(minutes=30)
_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours in which beats may be: from `start`, up to and without `end`, over midnight where that is less.

    Equal ends mean the whole day.
    """

    start: time
    end: time

    def hold(self, moment: time) -> bool:
        """True where the wall clock's `moment` is within."""
        if self.start < self.end:
            return self.start <= moment < self.end
        return self.start == self.end or moment >= self.start or moment < self.end


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often, within which hours, and where: everything that says when beats are due.

    The beats stand on a grid of whole intervals since 1970 in UTC, so daylight saving and drift cannot move them; where
    there are active hours, on their beginnings as well.
    """

    every: timedelta
    hours: Hours | None
    zone: tzinfo

    def active(self, moment: datetime) -> bool:
        """True where a beat may be at `moment`."""
        return self.hours is None or self.hours.hold(moment.astimezone(self.zone).time())

    def slot(self, moment: datetime) -> datetime:
        """The last place for a beat that is not after the active `moment`."""
        return max([self._floor(moment), *(opening for opening in self._openings(moment) if opening <= moment)])

    def first(self, earliest: datetime) -> datetime:
        """The first place for a beat that is not before `earliest`, within the hours."""
        slot = self._floor(earliest)
        if slot < earliest:
            slot += self.every
        openings = (opening for opening in self._openings(earliest) if opening >= earliest)
        opening = next(openings, slot)
        return min(slot, opening) if self.active(slot) else opening

    def after(self, last: datetime, *, slower: int = 1) -> datetime:
        """When the next beat is due after one that began at `last`.

        It keeps some distance, so that a late beat is not followed at once by one that is in time.

        Args:
            slower: every how many intervals; more than 1 after failures.
        """
        return self.first(last + self.every * slower - min(self.every / 2, _SLACK))

    def missed(self, due: datetime, now: datetime) -> int:
        """How many beats should have been from `due` on and before the one at `now`; counted to 1000."""
        count, slot, end = 0, due, self.slot(now)
        while slot < end and count < _COUNTED:
            slot = self.first(slot + timedelta(seconds=1))
            count += slot <= end
        return count

    def _floor(self, moment: datetime) -> datetime:
        return _EPOCH + (moment - _EPOCH) // self.every * self.every

    def _openings(self, moment: datetime) -> Iterator[datetime]:
        """When the hours begin on the days around `moment`, in order."""
        if self.hours is None:
            return
        day = moment.astimezone(self.zone).date()
        for number in range(-1, 5):
            opening = datetime.combine(day + timedelta(days=number), self.hours.start, self.zone).astimezone(UTC)
            if self.active(opening):  # not where daylight saving leaves these hours out
                yield opening


def believable(last: datetime | None, now: datetime) -> bool:
    """False where `last` lies more than a day ahead: then the clock was wrong when it was written down."""
    return last is not None and last - now <= _WRONG_CLOCK

"""The sandbox: the strongest way of confining commands that was seen to work here."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Literal

from localgpt_tui.safety.sandbox.bounds import Bounds, Tier
from localgpt_tui.safety.sandbox.confined import Confined
from localgpt_tui.safety.sandbox.mechanisms import Mechanism, mechanisms
from localgpt_tui.safety.sandbox.probing import Probe, examine
from localgpt_tui.safety.sandbox.starting import start

Level = Literal["auto"] | Tier

_ORDER: tuple[Tier, ...] = ("full", "standard", "limited", "none")


class Sandbox:
    """Starts commands confined.

    Attributes:
        tier: how much holds them in.
        probes: what was tried in this tier, and what came of it.
        passed_over: the stronger tiers that do not work here, and why.
    """

    def __init__(
        self, mechanism: Mechanism, probes: Sequence[Probe] = (), passed_over: Mapping[Tier, str] | None = None
    ) -> None:
        self._mechanism = mechanism
        self.tier: Tier = mechanism.tier
        self.probes = tuple(probes)
        self.passed_over: Mapping[Tier, str] = passed_over or {}

    @staticmethod
    def probe(level: Level = "auto") -> "Sandbox":
        """The strongest tier, at most `level`, that holds when it is tried; found once in a process.

        Blocks for some tens of milliseconds the first time.
        """
        return _probed(level)

    @staticmethod
    def strongest(candidates: Iterable[Mechanism]) -> "Sandbox":
        """The first of `candidates` whose probes pass; the last one needs none, since it promises nothing."""
        passed_over: dict[Tier, str] = {}
        *confining, last = candidates
        for mechanism in confining:
            probes = examine(mechanism)
            failed = [probe for probe in probes if probe.needed and not probe.passed]
            if not failed:
                return Sandbox(mechanism, probes, passed_over)
            passed_over[mechanism.tier] = "; ".join(probe.detail for probe in failed)
        return Sandbox(last, (), passed_over)

    @property
    def confines(self) -> bool:
        """Whether commands may run where nobody is there to be asked: `standard` at least."""
        return self.tier in {"full", "standard"}

    def describe(self) -> str:
        """The tier in one line: what holds commands in, and which promises fail here."""
        lacking = [probe.detail for probe in self.probes if not probe.passed]
        words = f"{self.tier}: {self._mechanism.words}"
        if self.tier == "none":
            words = "none: nothing holds commands in"
        return f"{words}, but a command {' and '.join(lacking)}" if lacking else words

    def start(
        self, argv: Sequence[str], bounds: Bounds, *, stdout: int, stderr: int, env: Mapping[str, str] | None = None
    ) -> Confined:
        """Start `argv` within `bounds`, in a session of its own and with no input; blocks for milliseconds.

        Args:
            stdout, stderr: open files that take its output.
            env: variables to set besides the allowed ones of this program's own environment.

        Raises:
            SandboxError: it was not started, since the bounds are too wide or it could not be confined.
        """
        return start(self._mechanism, argv, bounds, stdout=stdout, stderr=stderr, env=env)


@cache
def _probed(level: Level) -> Sandbox:
    strongest = _ORDER[0] if level == "auto" else level
    allowed = _ORDER[_ORDER.index(strongest) :]
    return Sandbox.strongest(mechanism for mechanism in mechanisms() if mechanism.tier in allowed)

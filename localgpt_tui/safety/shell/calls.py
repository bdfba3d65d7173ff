"""The programs a shell line would start, as the rules look at them."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where a call's input comes from or its output goes to; `sign` as written, without a number before it."""

    sign: str
    target: str


@dataclass(frozen=True, slots=True)
class Call:
    """A program that would be started.

    Attributes:
        argv: its name and words; `UNKNOWN` and `PRINTED` stand in them for what cannot be read.
        stdin: the text it reads, where that is known.
        upstream: the calls before it in its pipe.
        feeds: the calls whose output becomes its words.
        keys_read: the variables with secrets that its words ask for.
        folder: where it runs.
        level: 0 for what stands in the line itself, 1 for what that starts or substitutes, and so on.
    """

    argv: tuple[str, ...]
    redirects: tuple[Redirect, ...] = ()
    assignments: tuple[tuple[str, str], ...] = ()
    stdin: str | None = None
    upstream: tuple["Call", ...] = ()
    feeds: tuple["Call", ...] = ()
    keys_read: tuple[str, ...] = ()
    folder: str = ""
    level: int = 0

    @property
    def program(self) -> str:
        """The program's name without its folder; empty where the call only assigns or redirects."""
        return self.argv[0].rpartition("/")[2] if self.argv else ""

    @property
    def arguments(self) -> tuple[str, ...]:
        """The words after the program's name."""
        return self.argv[1:]


@dataclass(slots=True)
class Reading:
    """What a shell line would do, as far as it can be read.

    Attributes:
        bombs: whether it multiplies itself or its jobs without end.
        broken: whether the parser found errors.
        cut: whether there was more than is looked at.
    """

    calls: list[Call] = field(default_factory=list)
    bombs: bool = False
    broken: bool = False
    cut: bool = False

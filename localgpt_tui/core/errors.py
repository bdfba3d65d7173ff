"""The errors we expect: each says what happened and what to do next, in words for a person."""

from typing import Literal

Failure = Literal[
    "refused",
    "timeout",
    "cut",
    "rate_limited",
    "overloaded",
    "server",
    "auth",
    "payment",
    "not_found",
    "too_long",
    "bad_request",
    "malformed",
    "missing",
    "unknown",
]
"""What kind of failure a provider met.

`refused`: no connection; `cut`: the stream ended without a finish; `missing`: a program or key is not there.
"""

_PASSING: frozenset[Failure] = frozenset({"refused", "timeout", "cut", "rate_limited", "overloaded", "server"})


class LocalGPTError(Exception):
    """An expected error: `message` says what happened, `advice` what the person can do next."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".strip()


class ConfigError(LocalGPTError):
    """The configuration cannot be used as it is; exit status 2."""


class ToolError(LocalGPTError):
    """A tool could not do what was asked; the text goes back to the model."""


class DeclinedError(ToolError):
    """The person said no to what a tool would have done."""


class SessionError(LocalGPTError):
    """A session cannot be found, read or written."""


class ProviderError(LocalGPTError):
    """A model could not be reached or its answer not be used; exit status 3.

    Attributes:
        failure: what kind it was.
        retry_after: seconds the server asked us to wait, if it did.
    """

    def __init__(
        self,
        message: str,
        advice: str = "",
        *,
        failure: Failure = "unknown",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, advice)
        self.failure = failure
        self.retry_after = retry_after

    @property
    def passing(self) -> bool:
        """True where the same request may well succeed a moment later."""
        return self.failure in _PASSING

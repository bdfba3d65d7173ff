"""What can go wrong with a model, as one error with a sentence for a person and a next step."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from localgpt_tui.core.errors import Failure, ProviderError

_LONGEST_DETAIL = 300
_KEY_LIKE = re.compile(r"\b(sk|key|pk)-[A-Za-z0-9_\-*]{6,}")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\s]+")

_WORDS: dict[Failure, tuple[str, str]] = {
    "refused": ("{who} cannot be reached.", "Check that it is running and that the network is up, then send again."),
    "timeout": ("{who} stopped answering.", "Send again, or raise providers.idle_seconds for a slow model."),
    "cut": ("The answer from {who} broke off before it was finished.", "Send again; what had arrived is kept."),
    "rate_limited": ("{who} is receiving too many requests from you.", "Wait a little, or choose another model."),
    "overloaded": ("{who} is overloaded or still starting.", "Wait a little, or choose another model."),
    "server": ("{who} had an internal error.", "Send again; if it stays, choose another model."),
    "auth": ("{who} did not accept the API key.", "Check the key in config.toml or in the environment."),
    "payment": ("{who} asks for payment first.", "Check the credit and the billing of the account."),
    "not_found": ("{who} has no model “{model}”.", "Check the name and the address in config.toml."),
    "too_long": (
        "The conversation is too long for {model}.",
        "Start a new session, or choose a model with a larger context window.",
    ),
    "bad_request": ("{who} did not accept the request.", "Choose another model, or start a new session."),
    "malformed": ("{who} sent an answer that cannot be read.", "Send again; if it stays, check that server's version."),
    "missing": ("No API key for {who} was found.", "Set {key}, or put the key into config.toml."),
    "unknown": ("{who} answered with an error.", "Send again; if it stays, choose another model."),
}

_BY_STATUS: Mapping[int, Failure] = {
    400: "bad_request",
    401: "auth",
    402: "payment",
    403: "auth",
    404: "not_found",
    408: "timeout",
    409: "server",
    413: "too_long",
    422: "bad_request",
    429: "rate_limited",
    499: "cut",
    503: "overloaded",
    504: "timeout",
    529: "overloaded",
}

# Types and codes by which vendors tell errors apart, in the stream too, where the HTTP status says 200.
_BY_KIND: Mapping[str, Failure] = {
    "api_error": "server",
    "authentication_error": "auth",
    "billing_error": "payment",
    "context_length_exceeded": "too_long",
    "exceed_context_size_error": "too_long",
    "insufficient_quota": "payment",
    "invalid_api_key": "auth",
    "invalid_prompt": "bad_request",
    "invalid_request_error": "bad_request",
    "model_not_found": "not_found",
    "not_found_error": "not_found",
    "overloaded_error": "overloaded",
    "permission_error": "auth",
    "rate_limit_error": "rate_limited",
    "rate_limit_exceeded": "rate_limited",
    "request_too_large": "too_long",
    "server_error": "server",
    "timeout_error": "timeout",
    "unavailable_error": "overloaded",
}

# Only these words tell a prompt that is too long, or an empty account, from any other bad request.
_BY_TEXT: tuple[tuple[re.Pattern[str], Failure], ...] = (
    (
        re.compile(r"prompt is too long|context (length|size|window)|maximum context|too many tokens", re.IGNORECASE),
        "too_long",
    ),
    (re.compile(r"credit balance|insufficient (funds|credits|quota)", re.IGNORECASE), "payment"),
)

# httpx and httpx2 are two libraries that name their exceptions alike; the SDKs wrap them or let them through.
_BY_EXCEPTION: Mapping[str, Failure] = {
    "ConnectTimeout": "refused",
    "ConnectError": "refused",
    "ConnectionError": "refused",
    "ProxyError": "refused",
    "PoolTimeout": "refused",
    "ReadTimeout": "timeout",
    "WriteTimeout": "timeout",
    "TimeoutError": "timeout",
    "RemoteProtocolError": "cut",
    "ReadError": "cut",
    "WriteError": "cut",
    "CloseError": "cut",
    "DecodingError": "malformed",
    "JSONDecodeError": "malformed",
    "UnicodeDecodeError": "malformed",
    "ValidationError": "malformed",
    "TooManyRedirects": "bad_request",
    "UnsupportedProtocol": "bad_request",
    "InvalidURL": "bad_request",
    "LocalProtocolError": "bad_request",
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Makes the errors of one provider.

    Attributes:
        who: how a person knows the server, such as `Anthropic`, or host and port.
        key: the environment variable its key is looked for in.
        not_found: the next step where the model is not there, if there is a better one than to check its name.
        secrets: what must never be shown, whatever a server puts into its messages.
    """

    who: str
    model: str
    key: str = ""
    not_found: str = ""
    secrets: tuple[str, ...] = ()

    def error(
        self, failure: Failure, *, detail: str = "", advice: str = "", retry_after: float | None = None
    ) -> ProviderError:
        """The error for `failure`; `detail` is the server's own message, shown cleaned and shortened."""
        sentence, next_step = _WORDS[failure]
        said = self._shown(detail)
        wait = f"It asks to wait {math.ceil(retry_after)} seconds." if retry_after else ""
        parts = [self._filled(sentence), f"It says: “{said}”" if said else "", wait]
        if failure == "not_found" and self.not_found:
            next_step = self.not_found
        return ProviderError(
            " ".join(part for part in parts if part),
            advice or self._filled(next_step),
            failure=failure,
            retry_after=retry_after,
        )

    def from_status(
        self, status: int, *, detail: str = "", kind: str = "", retry_after: float | None = None
    ) -> ProviderError:
        """The error for an HTTP status; an error inside a stream has 200 or -1, and only its `kind` tells."""
        failure = _BY_STATUS.get(status) or ("server" if status >= 500 else None)
        if failure in {None, "bad_request", "rate_limited"} and kind in _BY_KIND:
            failure = _BY_KIND[kind]
        if failure in {None, "bad_request", "server"}:
            failure = next((meant for words, meant in _BY_TEXT if words.search(detail)), failure)
        if failure is None:
            failure = "server" if status in {-1, 200} else "unknown"
        quotes_key = status == 401 or kind in {"authentication_error", "invalid_api_key"}
        return self.error(failure, detail="" if quotes_key else detail, retry_after=retry_after)

    def from_exception(self, error: BaseException) -> ProviderError:
        """The error for what an HTTP library raised, wrapped by an SDK or raw."""
        link: BaseException | None = error
        while link is not None:
            for kind in type(link).__mro__:
                if (failure := _BY_EXCEPTION.get(kind.__name__)) is not None:
                    return self.error(failure, advice=_advice(failure, link))
            link = link.__cause__ or link.__context__
        return self.error("unknown")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Take a chunk of another shape than its dialect's as an answer that cannot be read."""
        try:
            yield
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise self.error("malformed") from error

    def _filled(self, sentence: str) -> str:
        filled = sentence.format(who=self.who, model=self.model, key=self.key)
        return filled[:1].upper() + filled[1:]

    def _shown(self, detail: str) -> str:
        for secret in filter(None, self.secrets):
            detail = detail.replace(secret, "…")
        line = _UNPRINTABLE.sub(" ", _KEY_LIKE.sub(r"\1-…", detail)).strip()
        return line if len(line) <= _LONGEST_DETAIL else line[:_LONGEST_DETAIL].rstrip() + "…"


def message_in(body: object) -> tuple[str, str]:
    """The message and the type or code in an error's body, whichever way a server writes it: dict, JSON or text."""
    if isinstance(body, str | bytes):
        try:
            return message_in(json.loads(body))
        except ValueError:
            return (body if isinstance(body, str) else body.decode(errors="replace")), ""
    if not isinstance(body, Mapping):
        return "", ""
    error = body.get("error", body)
    if not isinstance(error, Mapping):
        return str(error or ""), ""
    code = error.get("code")
    kind = code if isinstance(code, str) and code in _BY_KIND else error.get("type")
    return str(error.get("message") or ""), str(kind or "")


def retry_after(headers: Mapping[str, str], *, now: datetime | None = None) -> float | None:
    """Seconds that a server asks us to wait: `Retry-After` (RFC 9110, seconds or a date) or `retry-after-ms`."""
    milliseconds, seconds = headers.get("retry-after-ms", ""), headers.get("retry-after", "")
    for text, unit in ((milliseconds, 1000.0), (seconds, 1.0)):
        try:
            value = float(text) / unit
        except ValueError:
            continue
        if math.isfinite(value) and value >= 0:
            return value
    try:
        date = parsedate_to_datetime(seconds)
    except ValueError:
        return None
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (date - (now or datetime.now(UTC))).total_seconds())


def _advice(failure: Failure, error: BaseException) -> str:
    if failure == "bad_request":
        return "Check the address (base_url or endpoint) and the key in config.toml."
    if failure == "refused" and "CERTIFICATE" in str(error).upper():
        return "Its certificate is not trusted here: name your own authority's file in SSL_CERT_FILE."
    if failure == "refused" and type(error).__name__ == "ProxyError":
        return "The proxy refused: check HTTPS_PROXY, HTTP_PROXY and NO_PROXY."
    return ""

"""What the `claude` program says when a turn fails, in our words."""

from collections.abc import Mapping

from localgpt_tui.core.errors import Failure, ProviderError
from localgpt_tui.providers.trouble import Trouble

UPDATE = "Send the message again; if it happens again, update the program: `claude update`."

_CLAUDE = Trouble("Claude", "this model")
_BY_CODE: Mapping[str, Failure] = {
    "authentication_failed": "auth",
    "oauth_org_not_allowed": "auth",
    "billing_error": "payment",
    "invalid_request": "bad_request",
    "model_not_found": "not_found",
    "overloaded": "overloaded",
    "rate_limit": "rate_limited",
    "server_error": "server",
}
_ADVICE: Mapping[Failure, str] = {
    "auth": "Run `claude` once and use /login, or correct the API key in the environment.",
    "not_found": "Choose another model, such as claude-cli/sonnet.",
    "refused": "Check the network connection, then send again.",
}
_LONGEST_QUOTE = 300
_MARKS_OF_A_LOST_CONNECTION = ("econn", "connection", "connect to", "socket", "timed out")


def failed_turn(result: Mapping[str, object], *, code: str = "", began: bool = False) -> ProviderError:
    """The error that a `result` line with `is_error` stands for.

    Args:
        code: the `error` of the last synthetic assistant message, the program's own name for what went wrong.
        began: some of the reply had arrived.

    `subtype` is not looked at: it says `success` for most failures.
    """
    said = _said(result)
    if "not logged in" in said.lower():
        return ProviderError("The claude program is not logged in.", _ADVICE["auth"], failure="auth")
    failure = _failure(result, code, began=began)
    return _CLAUDE.error(failure, detail=said, advice=_ADVICE.get(failure, ""))


def cut() -> ProviderError:
    """The error of a reply that broke off."""
    return _CLAUDE.error("cut")


def silent(seconds: float) -> ProviderError:
    """The error of a program that said nothing for `seconds`."""
    said = f"Claude said nothing for {seconds:g} seconds."
    return ProviderError(said, "Send again, or choose another model.", failure="timeout")


def tool_refused(name: str) -> ProviderError:
    """The error of a program that wanted to run something by itself."""
    said = f"The claude program wanted to use {name}; it was stopped, and nothing was run."
    return ProviderError(said, UPDATE, failure="malformed")


def unreadable() -> ProviderError:
    """The error of a line that is not what it should be."""
    return ProviderError("The claude program sent something that cannot be read.", UPDATE, failure="malformed")


def missing(command: str, why: str = "") -> ProviderError:
    """The error of a program that cannot be started."""
    return ProviderError(
        f"The program “{command}” was not found or cannot be started{why and f' ({why})'}.",
        "Install Claude Code, or set providers.claude_cli.command to where it is.",
        failure="missing",
    )


def ended_early(status: int | None, stderr: str) -> ProviderError:
    """The error of a program that ended, with exit status `status`, without a `result` line."""
    lines = stderr.strip().splitlines() or [""]
    if any("unknown option" in line for line in lines):
        option = next(line for line in lines if "unknown option" in line)
        return _quoting("The claude program is too old for this application.", option, "Update it: `claude update`.")
    if status is None or status <= 0 or status > 128:  # not at all, by a signal, or quietly
        return _quoting("The claude program stopped before the answer was finished.", lines[-1], failure="cut")
    advice = "Run `claude` once to see whether it works by itself."
    return _quoting(f"The claude program failed with exit status {status}.", lines[-1], advice, failure="unknown")


def retry_reason(code: str, status: object) -> str:
    """Why the program asks again by itself, in words for a person."""
    failure = _from_status(status, "") or _BY_CODE.get(code, "cut")
    return _CLAUDE.error(failure).message


def _said(result: Mapping[str, object]) -> str:
    errors = result.get("errors")
    listed = "; ".join(str(error) for error in errors) if isinstance(errors, list) else ""
    return str(result.get("result") or listed).removeprefix("API Error: ")


def _failure(result: Mapping[str, object], code: str, *, began: bool) -> Failure:
    said, reason = _said(result), str(result.get("terminal_reason", ""))
    if reason == "prompt_too_long" or "prompt is too long" in said.lower():
        return "too_long"
    if known := _from_status(result.get("api_error_status"), said):
        return known
    if reason.startswith("aborted"):
        return "cut"
    if any(mark in said.lower() for mark in _MARKS_OF_A_LOST_CONNECTION):  # there the program has no name for it
        return "cut" if began else "refused"
    return _BY_CODE.get(code, "unknown")


def _from_status(status: object, said: str) -> Failure | None:
    if not isinstance(status, int) or isinstance(status, bool):
        return None
    return _CLAUDE.from_status(status, detail=said).failure


def _quoting(
    sentence: str, said: str, advice: str = "Send again.", *, failure: Failure = "bad_request"
) -> ProviderError:
    words = " ".join(said.split())[:_LONGEST_QUOTE]
    return ProviderError(f"{sentence} It says: “{words}”" if words else sentence, advice, failure=failure)

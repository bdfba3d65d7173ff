"""An SDK and its client, loaded in a thread when they are first needed: importing one takes up to two seconds."""

import asyncio
import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from json import JSONDecodeError
from typing import Any

from localgpt_tui.core.errors import ProviderError
from localgpt_tui.providers.addresses import direct_mounts
from localgpt_tui.providers.stream import Patience
from localgpt_tui.providers.trouble import Trouble, message_in, retry_after

UNREADABLE = (TimeoutError, JSONDecodeError, UnicodeDecodeError)
"""What the SDKs let through besides their own and their HTTP library's exceptions."""


@dataclass(frozen=True, slots=True)
class Sdk:
    """A loaded SDK: its module and a client of it."""

    module: Any
    client: Any


class LazyClient:
    """Makes one client for all replies of a provider, and closes it."""

    def __init__(self, make: Callable[[], Sdk], trouble: Trouble) -> None:
        """Make nothing yet; `make` is called in a thread."""
        self._make = make
        self._trouble = trouble
        self._lock = asyncio.Lock()
        self._sdk: Sdk | None = None

    async def ready(self) -> Sdk:
        """The SDK, loaded by the first caller.

        Raises:
            ProviderError: the library, an address or a proxy setting cannot be used.
        """
        async with self._lock:
            if self._sdk is None:
                try:
                    self._sdk = await asyncio.to_thread(self._make)
                except ImportError as error:
                    advice = f"Reinstall localgpt-tui: {error.name or 'a library'} cannot be loaded."
                    raise self._trouble.error("unknown", advice=advice) from error
                except (ValueError, TypeError) as error:
                    advice = "Check the address in config.toml and the proxy settings of the environment."
                    raise self._trouble.error("bad_request", advice=advice) from error
            return self._sdk

    async def aclose(self) -> None:
        """Close the connections; a later reply opens new ones."""
        async with self._lock:
            sdk, self._sdk = self._sdk, None
            if sdk is not None:
                await sdk.client.close()


def connect(module: str, client: str, *, key: str, url: str, patience: Patience) -> Sdk:
    """Load the SDK of Anthropic or OpenAI and make its client, with its retries off: `PatientProvider` has its own.

    Raises:
        ImportError, ValueError, TypeError: the library or an address cannot be used.
    """
    # OpenAI's SDK looks into httpx where that is loaded, and stumbles where another thread is just loading it.
    importlib.import_module("httpx")
    sdk = importlib.import_module(module)
    mounts = direct_mounts(url)
    made = getattr(sdk, client)(
        api_key=key or "none",
        base_url=url,
        max_retries=0,
        timeout=sdk.Timeout(max(patience.first, patience.idle), connect=patience.connect),
        http_client=sdk.DefaultAsyncHttpxClient(mounts=mounts) if mounts else None,
    )
    return Sdk(sdk, made)


@contextmanager
def translated(sdk: Sdk, trouble: Trouble) -> Iterator[None]:
    """Turn whatever the SDK of Anthropic or OpenAI raises into a `ProviderError`.

    In the middle of a stream, their HTTP library's exceptions come through raw, and errors that the server reports
    there have no status of their own.
    """
    http = importlib.import_module("httpx2")
    try:
        yield
    except sdk.module.APIConnectionError as error:
        raise trouble.from_exception(error) from error
    except sdk.module.APIError as error:
        raise _from_status(error, trouble) from error
    except (http.HTTPError, http.InvalidURL, http.StreamError, *UNREADABLE) as error:
        raise trouble.from_exception(error) from error


def usable_key(key: str, trouble: Trouble, *, needed: bool) -> str:
    """`key`, if it can be sent.

    Raises:
        ProviderError: it is missing, or cannot be a key.
    """
    if needed and not key:
        raise trouble.error("missing")
    if not (key.isascii() and key.isprintable()):
        raise trouble.error("auth", advice="The key holds characters that no key has: copy it again.")
    return key


def _from_status(error: Any, trouble: Trouble) -> ProviderError:  # noqa: ANN401 - an SDK's exception
    detail, kind = message_in(error.body)
    headers = getattr(getattr(error, "response", None), "headers", {})
    return trouble.from_status(
        getattr(error, "status_code", 200), detail=detail or error.message, kind=kind, retry_after=retry_after(headers)
    )

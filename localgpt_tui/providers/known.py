"""What is known of the vendors' models: windows in tokens, prices in US dollars for a million tokens."""

import re
from dataclasses import dataclass

from localgpt_tui.core.messages import Usage

_MILLION = 1_000_000
_DATE = re.compile(r"-(\d{8}|\d{4}-\d{2}-\d{2})$")


@dataclass(frozen=True, slots=True)
class Rates:
    """Prices for a million tokens; `None` where the vendor's price is not known to us."""

    input: float
    output: float
    cache_read: float | None = None
    cache_write: float | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """A model's limits and prices; `None` where they are not known.

    Attributes:
        long_from: a request with more input tokens than this is billed by `long_rates` as a whole.
    """

    context_window: int | None = None
    max_output: int | None = None
    rates: Rates | None = None
    long_from: int | None = None
    long_rates: Rates | None = None

    @property
    def input_price(self) -> float | None:
        """Dollars for a million input tokens of a request of ordinary length."""
        return self.rates.input if self.rates else None

    @property
    def output_price(self) -> float | None:
        """Dollars for a million output tokens of a request of ordinary length."""
        return self.rates.output if self.rates else None


def facts_about(vendor: str, model: str) -> Facts:
    """What is known of `model`; a date at the end of its name is a version of the same model."""
    models = _KNOWN.get(vendor, {})
    return models.get(model) or models.get(_DATE.sub("", model)) or Facts()


def cost_of(usage: Usage, facts: Facts) -> float | None:
    """US dollars for `usage`, or `None` where a count or a price that it needs is not known."""
    rates = _rates_for(usage, facts)
    if rates is None or usage.input_tokens is None or usage.output_tokens is None:
        return None
    read, written = usage.cache_read_tokens or 0, usage.cache_write_tokens or 0
    if (read and rates.cache_read is None) or (written and rates.cache_write is None):
        return None
    fresh = max(0, usage.input_tokens - read - written)
    cached = read * (rates.cache_read or 0) + written * (rates.cache_write or 0)
    return (fresh * rates.input + cached + usage.output_tokens * rates.output) / _MILLION


def _rates_for(usage: Usage, facts: Facts) -> Rates | None:
    is_long = facts.long_from is not None and (usage.input_tokens or 0) > facts.long_from
    return facts.long_rates if is_long else facts.rates


def _claude(rates: Rates, *, long_from: int | None = None, long_rates: Rates | None = None) -> Facts:
    return Facts(_MILLION, 128_000, rates, long_from, long_rates)


def _gpt_6(rates: Rates, long_rates: Rates) -> Facts:
    return Facts(1_050_000, 128_000, rates, 272_000, long_rates)


# The vendors' public price lists, November 2026: platform.claude.com/docs/en/about-claude/pricing (writes are those of
# the five-minute cache, the one we ask for) and developers.openai.com/api/docs/pricing (standard tier).
_KNOWN: dict[str, dict[str, Facts]] = {
    "anthropic": {
        "claude-fable-5-2": _claude(Rates(8, 40)),
        "claude-opus-5-5": _claude(Rates(4, 20, 0.20, 5)),
        "claude-opus-5": _claude(Rates(5, 25, 0.50, 6.25)),
        "claude-sonnet-5-5": _claude(Rates(2, 10, 0.10, 2.50)),
        "claude-sonnet-5": _claude(Rates(2, 10, 0.20, 2.50)),
        "claude-haiku-5-5": _claude(
            Rates(0.10, 0.50, 0.01, 0.125), long_from=100_000, long_rates=Rates(0.50, 2.50, 0.05, 0.625)
        ),
        "claude-haiku-4-5": Facts(200_000, 64_000, Rates(1, 5, 0.10, 1.25)),
    },
    "openai": {
        "gpt-6-astra": _gpt_6(Rates(10, 50, 1, 12.50), Rates(20, 75, 2, 25)),
        "gpt-6.1-sol": _gpt_6(Rates(2, 10, 0.10), Rates(4, 15, 0.20)),
        "gpt-6-sol": _gpt_6(Rates(2, 10, 0.20, 2.50), Rates(4, 15, 0.40, 5)),
        "gpt-6-luna": _gpt_6(Rates(0.10, 0.50, 0.01, 0.125), Rates(0.20, 0.75, 0.02, 0.25)),
    },
}

"""What a reply costs, where that is known."""

import pytest

from localgpt_tui.core.messages import Usage
from localgpt_tui.providers.known import Facts, cost_of, facts_about

MILLION = 1_000_000


@pytest.mark.parametrize(
    ("vendor", "model", "usage", "dollars"),
    [
        ("anthropic", "claude-opus-5-5", Usage(MILLION, 0), 4.0),
        ("anthropic", "claude-opus-5-5", Usage(0, MILLION), 20.0),
        ("anthropic", "claude-opus-5-5", Usage(MILLION, 0, MILLION), 0.20),
        ("anthropic", "claude-opus-5-5", Usage(MILLION, 0, 0, MILLION), 5.0),
        ("anthropic", "claude-haiku-5-5", Usage(100_000, 10_000), 0.015),
        ("anthropic", "claude-haiku-5-5", Usage(200_000, 10_000), 0.125),
        ("openai", "gpt-6.1-sol", Usage(MILLION, MILLION), 19.0),
        ("openai", "gpt-6.1-sol", Usage(100_000, 0, 0, 0), 0.2),
        ("anthropic", "claude-fable-5-2", Usage(MILLION, 0, 5), None),
        ("openai", "gpt-6.1-sol", Usage(100_000, 0, 0, 5), None),
        ("openai", "gpt-6.1-sol", Usage(100_000, None), None),
        ("openai", "gpt-of-tomorrow", Usage(1, 1), None),
        ("ollama", "llama3", Usage(1, 1), None),
    ],
)
def test_a_reply_costs_what_the_vendor_lists_or_nobody_knows(vendor, model, usage, dollars):
    cost = cost_of(usage, facts_about(vendor, model))
    assert cost == (None if dollars is None else pytest.approx(dollars))


def test_what_is_not_known_is_none_and_never_zero():
    assert cost_of(Usage(0, 0), Facts()) is None
    assert Facts().input_price is None
    assert Facts().output_price is None

"""The libraries' telemetry, switched off before any of them is imported."""

import os
from collections.abc import MutableMapping

_OFF = {
    "ANONYMIZED_TELEMETRY": "False",
    "DISABLE_ERROR_REPORTING": "1",
    "DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "OTEL_SDK_DISABLED": "true",
    "POSTHOG_DISABLED": "1",
    "SCARF_NO_ANALYTICS": "true",
}


def switch_telemetry_off(environ: MutableMapping[str, str] = os.environ) -> None:
    """Tell every library, and every program started from here, to report nothing; what the person set stays."""
    for variable, value in _OFF.items():
        environ.setdefault(variable, value)

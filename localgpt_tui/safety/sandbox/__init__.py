"""What holds in the commands that the assistant runs: bounds that the kernel keeps, in tiers that were tried."""

from localgpt_tui.safety.sandbox.bounds import Bounds, SandboxError, Tier, too_wide
from localgpt_tui.safety.sandbox.confined import Confined
from localgpt_tui.safety.sandbox.hiding import hidden_places
from localgpt_tui.safety.sandbox.probing import Probe
from localgpt_tui.safety.sandbox.sandbox import Level, Sandbox

__all__ = [
    "Bounds",
    "Confined",
    "Level",
    "Probe",
    "Sandbox",
    "SandboxError",
    "Tier",
    "hidden_places",
    "too_wide",
]

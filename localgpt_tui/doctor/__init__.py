"""Checks what there is and says how to fix what is missing."""

from localgpt_tui.doctor.check import Check
from localgpt_tui.doctor.examine import checks, fix

__all__ = ["Check", "checks", "fix"]

"""The words everything else is written in: plain dataclasses and protocols, no I/O."""

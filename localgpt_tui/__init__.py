"""localgpt-tui: a local-first AI assistant that lives in the terminal."""

__version__ = "0.1.0"

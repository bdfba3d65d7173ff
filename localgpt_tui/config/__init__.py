"""config.toml → frozen Config; an error names file, line, key and what was expected."""

from localgpt_tui.config.load import Loaded, load_config
from localgpt_tui.config.models import Config

__all__ = ["Config", "Loaded", "load_config"]

"""From text to lines: pure functions that know widths and looks, but no widget and no theme."""

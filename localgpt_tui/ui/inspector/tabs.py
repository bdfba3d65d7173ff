"""Which tabs there are, in their order."""

from localgpt_tui.ui.inspector.files import FilesTab
from localgpt_tui.ui.inspector.memory import MemoryTab
from localgpt_tui.ui.inspector.tab import Tab
from localgpt_tui.ui.inspector.tools import ToolsTab


def tabs() -> tuple[Tab, ...]:
    """A fresh set of them."""
    return MemoryTab(), ToolsTab(), FilesTab()

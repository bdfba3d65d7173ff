"""A terminal emulator that keeps what a program put on its screen (pyte, and the sequences it lacks)."""

import re

import pyte


class Screen(pyte.Screen):
    """pyte's screen plus the sequences that ncurses and crossterm rely on."""

    def repeat(self, count: int = 1) -> None:
        x = max(0, min(self.cursor.x, self.columns) - 1)
        self.draw(self.buffer[self.cursor.y][x].data * max(1, count))

    def scroll_up(self, count: int = 1) -> None:
        self._scroll(count, up=True)

    def scroll_down(self, count: int = 1) -> None:
        self._scroll(count, up=False)

    def _scroll(self, count: int, up: bool) -> None:
        margins = self.margins or pyte.screens.Margins(0, self.lines - 1)
        x, y = self.cursor.x, self.cursor.y
        for _ in range(max(1, min(count or 1, self.lines))):
            self.cursor.y = margins.bottom if up else margins.top
            self.index() if up else self.reverse_index()
        self.cursor.x, self.cursor.y = x, y

    def report_device_status(self, *args, **kwargs) -> None:
        """Answered by Terminal itself."""

    report_device_attributes = report_device_status

    def row(self, y: int) -> str:
        line = self.buffer[y]
        return "".join(line[x].data for x in range(self.columns))


class Stream(pyte.ByteStream):
    csi = {**pyte.ByteStream.csi, "b": "repeat", "S": "scroll_up", "T": "scroll_down"}  # noqa: RUF012 - pyte reads it from the class
    events = pyte.ByteStream.events | {"repeat", "scroll_up", "scroll_down"}


# Sequences that pyte would print or misread. Cut before it sees them.
NOISE = re.compile(
    rb"\x1b[P_^X].*?(?:\x1b\\|\x9c)"  # DCS, APC, PM, SOS
    rb"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC
    rb"|\x1b\[[<>=][0-9;:]*[ -/]*[@-~]"  # private CSI
    rb"|\x1b\[[0-9;?]*[ -/]+[@-~]"  # CSI with intermediates
    rb"|\x1b\[[0-9;]*:[0-9;:]*m"  # SGR with colons
    rb"|\x1b\[\?[0-9;]*[mu]",
    re.DOTALL,
)
UNFINISHED = re.compile(rb"\x1b(?:[P_^X\]][^\x07]{0,65536}|\[[0-9;:<=>? -/]*)?$", re.DOTALL)


class Emulator:
    def __init__(self, cols: int, rows: int) -> None:
        self.screen = Screen(cols, rows)
        self.stream = Stream(self.screen)
        self.tail = b""

    def feed(self, data: bytes) -> None:
        data = NOISE.sub(b"", self.tail + data)
        match = UNFINISHED.search(data)
        self.tail = data[match.start() :] if match else b""
        try:
            self.stream.feed(data[: match.start()] if match else data)
        except Exception:  # a sequence that pyte can't read must not end the run
            self.stream = Stream(self.screen)

    def text(self) -> str:
        return "\n".join(self.screen.row(y).rstrip() for y in range(self.screen.lines))

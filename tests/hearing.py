"""What a front end writes, for a test to look at while it is written."""

import asyncio
import io


class Out(io.StringIO):
    """A stream that is, or is not, a terminal."""

    def __init__(self, *, tty: bool = False) -> None:
        super().__init__()
        self.tty = tty

    def isatty(self) -> bool:
        return self.tty

    async def shows(self, text: str) -> None:
        """Wait until `text` was written."""
        async with asyncio.timeout(20):
            while text not in self.getvalue():
                await asyncio.sleep(0.01)


class Full(Out):
    """A disk with no room left."""

    def write(self, text):
        raise OSError(28, "No space left on device")


class Gone(Out):
    """A pipe whose reader went away."""

    def write(self, text):
        raise BrokenPipeError

"""How a conversation without a screen is heard: labelled lines out, typed lines in."""

import os
import re
from typing import TextIO

from localgpt_tui.frontends.lines import Lines
from localgpt_tui.safety.terminal import printable

YOU, ASSISTANT, PROGRAM = "You: ", "Assistant: ", "localgpt-tui: "

_END_OF_SENTENCE = re.compile(r"[.!?:;]\s|\n")


class Voice:
    """The lines that come in, and the lines that go out; each says whose it is, and no colour carries a meaning.

    Attributes:
        interactive: True where a person sits at the other end.
        gone: True once nobody reads any more.
    """

    def __init__(self, stdin: int, out: TextIO) -> None:
        self.interactive = os.isatty(stdin)
        self.gone = False
        self._lines = Lines(stdin)
        self._out = out
        self._sentences = Sentences()
        self._speaking = False

    async def ask(self, prompt: str) -> str | None:
        """The next line, asked for by `prompt` where a person sits there; None where there are no more."""
        if self.interactive:
            self._write(prompt)
        return await self._lines.next()

    async def ask_afresh(self, prompt: str) -> str | None:
        """As `ask`, but nothing that was typed before the prompt is taken for the answer."""
        self._write(prompt)
        return await self._lines.fresh()

    def hang_up(self) -> None:
        """Let there be no more lines after those that are there already."""
        self._lines.end()

    def tell(self, text: str) -> None:
        """Say something in the program's own name."""
        self._write(f"{PROGRAM}{text}\n")

    def quote(self, speaker: str, text: str) -> None:
        """Repeat what `speaker` said earlier."""
        self._write(f"{speaker}{text}\n")

    def speak(self, text: str) -> None:
        """Pass on a piece of a reply, as soon as its sentence is whole."""
        self._speak(self._sentences.ready(text))

    def finish(self, whole: str) -> None:
        """End a reply; what it says is passed on in `whole` where it did not come in pieces."""
        rest = self._sentences.rest()
        self._speak(rest if rest or self._speaking else whole)
        if self._speaking:
            self._write("\n")
        self._speaking = False

    def nudge(self) -> None:
        """Answer to Ctrl+C where there was nothing to stop."""
        self._write("\n")
        self.tell("Ctrl+D or /quit ends.")
        self._write(YOU)

    def newline(self) -> None:
        """Leave the line of a prompt that was not answered."""
        if self.interactive:
            self._write("\n")

    def _speak(self, text: str) -> None:
        if text:
            self._write(text if self._speaking else ASSISTANT + text)
            self._speaking = True

    def _write(self, text: str) -> None:
        if self.gone:
            return
        try:
            self._out.write(printable(text))
            self._out.flush()
        except OSError:
            self.gone = True
            self.hang_up()


class Sentences:
    """Holds text back until a sentence or a line is whole: a screen reader then reads each once, in one go."""

    def __init__(self) -> None:
        self._held = ""

    def ready(self, text: str) -> str:
        """Take more text; returns what can be read out now."""
        self._held += text
        ends = [found.end() for found in _END_OF_SENTENCE.finditer(self._held)]
        cut = ends[-1] if ends else 0
        whole, self._held = self._held[:cut], self._held[cut:]
        return whole

    def rest(self) -> str:
        """What is still held back."""
        whole, self._held = self._held, ""
        return whole

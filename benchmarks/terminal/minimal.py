"""The smallest Textual chat: the floor that any Textual program stands on.

minimal.py              one input line, nothing else
minimal.py PORT         also streams from the model server with Markdown.get_stream
"""

import asyncio
import json
import sys

from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input


class Floor(App):
    CSS = "Input { dock: bottom; }"

    def compose(self) -> ComposeResult:
        yield VerticalScroll(id="chat")
        yield Input(placeholder="Say something")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        text, event.input.value = event.value, ""
        if len(sys.argv) > 1:
            self.run_worker(self.answer(text))

    async def answer(self, text: str) -> None:
        from textual.widgets import Markdown

        chat = self.query_one("#chat")
        await chat.mount(Markdown(f"> {text}"))
        widget = Markdown()
        await chat.mount(widget)
        chat.anchor()
        stream = Markdown.get_stream(widget)
        reader, writer = await asyncio.open_connection("127.0.0.1", int(sys.argv[1]))
        body = b'{"model": "bench-model", "messages": []}'
        writer.write(b"POST /api/chat HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await reader.readuntil(b"\r\n\r\n")
        while size := int(await reader.readline(), 16):
            line = json.loads(await reader.readexactly(size))
            await reader.readline()
            await stream.write(line["message"]["content"])
        await stream.stop()
        writer.close()


if __name__ == "__main__":
    Floor().run()

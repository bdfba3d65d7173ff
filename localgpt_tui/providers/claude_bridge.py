"""Our tools as the `claude` program is shown them: an MCP server (Model Context Protocol) that lists and runs none.

A call ends the reply: our own loop judges it, runs it and asks for the next reply with its result, as for any model.
The program waits for an answer from here meanwhile, which never comes, and is ended. So there is one guard and one
sandbox, and no door into the running app.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from localgpt_tui.core.ports import Tool

PREFIX = "mcp__localgpt__"
"""What the program puts before the name of each of our tools."""


def settings(tools_file: Path) -> str:
    """What `--mcp-config` takes, for the tools listed in `tools_file`."""
    command = {"command": sys.executable, "args": ["-m", "localgpt_tui.providers.claude_bridge", str(tools_file)]}
    return json.dumps({"mcpServers": {"localgpt": command}})


def listed(tools: Sequence[Tool]) -> str:
    """`tools` as the server reads them."""
    told = [{"name": t.name, "description": t.description, "input_schema": t.parameters} for t in tools]
    return json.dumps(told)


async def serve(tools_file: Path) -> None:
    """List the tools of `tools_file` on stdin and stdout until the other side closes them; a call is never answered."""
    from mcp import types  # noqa: PLC0415 - the app itself never loads it
    from mcp.server.lowlevel import Server  # noqa: PLC0415
    from mcp.server.stdio import stdio_server  # noqa: PLC0415

    tools = [types.Tool(**tool) for tool in json.loads(await asyncio.to_thread(tools_file.read_bytes))]

    async def on_list_tools(_context: object, _params: object) -> types.ListToolsResult:
        return types.ListToolsResult(tools=tools)

    async def on_call_tool(_context: object, _params: object) -> types.CallToolResult:
        return await asyncio.Future[types.CallToolResult]()

    server: Server[object] = Server("localgpt", on_list_tools=on_list_tools, on_call_tool=on_call_tool)
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))

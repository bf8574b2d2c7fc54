"""The client of FastMCP: it lists, calls, is refused, and reads structured answers by the schemas of the tools.

Run as `of_fastmcp.py <address of /mcp> <token>`; writes what it saw as JSON.
"""

import asyncio
import json
import sys

from fastmcp import Client
from fastmcp.client.transports import StreamableHttpTransport
from fastmcp.exceptions import ToolError


async def main(address: str, token: str) -> None:
    transport = StreamableHttpTransport(address, headers={"Authorization": f"Bearer {token}"})
    refused = []
    async with Client(transport) as client:
        tools = {tool.name: tool.description for tool in await client.list_tools()}
        added = await client.call_tool("add_task", {"tasks": [{"title": "Buy milk"}, {"title": "Paint the fence"}]})
        try:
            await client.call_tool("list_tasks", {"colour": "red"})
        except ToolError as error:
            refused.append(str(error))
        await client.call_tool("complete_task", {"tasks": ["milk"]})
    outcomes = [item["outcome"] for item in added.structured_content["results"]]
    sys.stdout.write(json.dumps({"tools": tools, "outcomes": outcomes, "refused": refused}))


asyncio.run(main(*sys.argv[1:]))

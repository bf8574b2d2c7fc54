"""An agent of pydantic-ai whose model is scripted: it is refused, adds, and completes through /mcp.

Run as `of_pydantic_ai.py <address of /mcp> <token>`; writes what it saw as JSON.
"""

import asyncio
import json
import sys

from pydantic_ai import Agent
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

STEPS = [
    ("list_tasks", {"colour": "red"}),
    ("add_task", {"tasks": [{"title": "Buy milk"}, {"title": "Paint the fence"}]}),
    ("complete_task", {"tasks": ["milk"]}),
]
offered: dict[str, str] = {}


async def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
    offered.update({tool.name: tool.description or "" for tool in info.function_tools})
    asked = sum(isinstance(message, ModelResponse) for message in messages)
    return ModelResponse([ToolCallPart(*STEPS[asked]) if asked < len(STEPS) else TextPart("Done.")])


async def main(address: str, token: str) -> None:
    toolset = MCPToolset(address, headers={"Authorization": f"Bearer {token}"})
    run = await Agent(FunctionModel(answer), toolsets=[toolset], retries=2).run("Do my list.")
    parts = [part for message in run.all_messages() for part in message.parts]
    returned = [part.content for part in parts if part.part_kind in {"tool-return", "retry-prompt"}]
    added = next(content for content in returned if isinstance(content, dict))
    outcomes = [item["outcome"] for item in added["results"]]
    refused = [content for content in returned if isinstance(content, str)]
    sys.stdout.write(json.dumps({"tools": offered, "outcomes": outcomes, "refused": refused}))


asyncio.run(main(*sys.argv[1:]))

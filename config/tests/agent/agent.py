"""An agent of the OpenAI Agents SDK whose model is scripted: it adds, lists and completes through /mcp.

Run as `agent.py <address of /mcp> <token>`; writes what each call answered as a JSON list.
"""

import asyncio
import json
import sys

from agents import Agent, RunConfig, Runner
from agents.mcp import MCPServerStreamableHttp
from agents.testing import ScriptedModel, assistant_message, function_call

STEPS = (
    ("add_task", {"tasks": [{"title": "Buy milk"}, {"title": "Paint the fence"}]}),
    ("list_tasks", {}),
    ("complete_task", {"tasks": ["milk"]}),
)


async def main(address: str, token: str) -> None:
    calls = [function_call(name, arguments, call_id=name) for name, arguments in STEPS]
    model = ScriptedModel([*([call] for call in calls), [assistant_message("Done.")]])
    parameters = {"url": address, "headers": {"Authorization": f"Bearer {token}"}}
    async with MCPServerStreamableHttp(params=parameters) as server:
        agent = Agent(name="Helper", model=model, mcp_servers=[server])
        run = await Runner.run(agent, "Do my list.", run_config=RunConfig(tracing_disabled=True))
    outputs = [item.output for item in run.new_items if item.type == "tool_call_output_item"]
    sys.stdout.write(json.dumps(outputs, default=str))


asyncio.run(main(*sys.argv[1:]))

"""An agent of the OpenAI Agents SDK whose model is scripted: it is refused, adds, and completes through /mcp.

Run as `of_openai_agents.py <address of /mcp> <token>`; writes what it saw as JSON.
"""

import asyncio
import json
import sys

from agents import Agent, RunConfig, Runner
from agents.mcp import MCPServerStreamableHttp
from agents.testing import ScriptedModel, assistant_message, function_call

STEPS = (
    ("list_tasks", {"colour": "red"}),
    ("add_task", {"tasks": [{"title": "Buy milk"}, {"title": "Paint the fence"}]}),
    ("complete_task", {"tasks": ["milk"]}),
)


async def main(address: str, token: str) -> None:
    calls = [function_call(name, arguments, call_id=name) for name, arguments in STEPS]
    model = ScriptedModel([*([call] for call in calls), [assistant_message("Done.")]])
    parameters = {"url": address, "headers": {"Authorization": f"Bearer {token}"}}
    async with MCPServerStreamableHttp(params=parameters, use_structured_content=True) as server:
        agent = Agent(name="Helper", model=model, mcp_servers=[server])
        run = await Runner.run(agent, "Do my list.", run_config=RunConfig(tracing_disabled=True))
        offered = await agent.get_mcp_tools(run.context_wrapper)
    outputs = [item.output for item in run.new_items if item.type == "tool_call_output_item"]
    outcomes = [item["outcome"] for item in json.loads(outputs[1])["results"]]
    refused = [output["text"] for output in outputs if isinstance(output, dict)]
    shown = {tool.name: tool.description for tool in offered}
    sys.stdout.write(json.dumps({"tools": shown, "outcomes": outcomes, "refused": refused}))


asyncio.run(main(*sys.argv[1:]))

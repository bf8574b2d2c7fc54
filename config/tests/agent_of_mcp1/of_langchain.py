"""LangChain's adapters with a scripted chat model: it is refused, adds, and completes through /mcp.

Run as `of_langchain.py <address of /mcp> <token>`; writes what it saw as JSON.
"""

import asyncio
import json
import sys

from langchain_core.language_models import FakeMessagesListChatModel
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_mcp_adapters.client import MultiServerMCPClient

STEPS = [
    ("list_tasks", {"colour": "red"}),
    ("add_task", {"tasks": [{"title": "Buy milk"}, {"title": "Paint the fence"}]}),
    ("complete_task", {"tasks": ["milk"]}),
]


async def main(address: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    client = MultiServerMCPClient({"todos": {"transport": "streamable_http", "url": address, "headers": headers}})
    tools = {tool.name: tool for tool in await client.get_tools()}
    offered = [convert_to_openai_tool(tool)["function"] for tool in tools.values()]
    calls = [{"name": name, "args": arguments, "id": name} for name, arguments in STEPS]
    script = [*(AIMessage("", tool_calls=[call]) for call in calls), AIMessage("Done.")]
    model, messages, answers = FakeMessagesListChatModel(responses=script), [HumanMessage("Do my list.")], []
    while calls := (said := await model.ainvoke(messages)).tool_calls:
        answers += [await tools[call["name"]].ainvoke(call) for call in calls]
        messages += [said, answers[-1]]
    outcomes = [item["outcome"] for item in answers[1].artifact["structured_content"]["results"]]
    refused = [answer.text for answer in answers if answer.status == "error"]
    shown = {function["name"]: function["description"] for function in offered}
    sys.stdout.write(json.dumps({"tools": shown, "outcomes": outcomes, "refused": refused}))


asyncio.run(main(*sys.argv[1:]))

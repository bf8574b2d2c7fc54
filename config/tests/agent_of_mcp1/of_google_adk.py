"""An agent of Google's Agent Development Kit whose model is scripted: it is refused, adds, and completes through /mcp.

Run as `of_google_adk.py <address of /mcp> <token>`; writes what it saw as JSON.
"""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator

from google.adk.agents import LlmAgent
from google.adk.models import BaseLlm, LlmRequest, LlmResponse
from google.adk.runners import InMemoryRunner
from google.adk.tools.mcp_tool import McpToolset, StreamableHTTPConnectionParams
from google.genai import types

STEPS = [
    ("list_tasks", {"colour": "red"}),
    ("add_task", {"tasks": [{"title": "Buy milk"}, {"title": "Paint the fence"}]}),
    ("complete_task", {"tasks": ["milk"]}),
]
offered: dict[str, str] = {}


class Scripted(BaseLlm):
    async def generate_content_async(
        self, request: LlmRequest, stream: bool = False
    ) -> AsyncGenerator[LlmResponse, None]:
        declared = [function for tool in request.config.tools for function in tool.function_declarations]
        offered.update({function.name: function.description for function in declared})
        asked = sum(content.role == "model" for content in request.contents)
        calls = [types.Part.from_function_call(name=name, args=arguments) for name, arguments in STEPS]
        yield LlmResponse(content=types.Content(role="model", parts=[[*calls, types.Part(text="Done.")][asked]]))


async def main(address: str, token: str) -> None:
    parameters = StreamableHTTPConnectionParams(url=address, headers={"Authorization": f"Bearer {token}"})
    tools = McpToolset(connection_params=parameters)
    runner = InMemoryRunner(agent=LlmAgent(name="helper", model=Scripted(model="scripted"), tools=[tools]))
    session = await runner.session_service.create_session(app_name=runner.app_name, user_id="me")
    said = types.Content(role="user", parts=[types.Part(text="Do my list.")])
    run = runner.run_async(user_id="me", session_id=session.id, new_message=said)
    answers = [answer.response async for event in run for answer in event.get_function_responses()]
    await runner.close()
    outcomes = [item["outcome"] for item in answers[1]["structuredContent"]["results"]]
    refused = [answer["content"][0]["text"] for answer in answers if answer["isError"]]
    sys.stdout.write(json.dumps({"tools": offered, "outcomes": outcomes, "refused": refused}))


asyncio.run(main(*sys.argv[1:]))

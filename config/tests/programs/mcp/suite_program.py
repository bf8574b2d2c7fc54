"""The program with the example tools of the MCP conformance suite beside its own.

Most scenarios about tools call tools of the suite's example server. Added here, they go through our door and our
server: what is tried is how /mcp speaks the protocol, whatever a tool answers.
"""

import base64
import functools
import json
from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.prompts.base import UserMessage
from mcp.shared.exceptions import MCPError
from mcp_types import (
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    AudioContent,
    CallToolResult,
    CreateMessageRequest,
    CreateMessageRequestParams,
    ElicitRequest,
    ElicitRequestFormParams,
    EmbeddedResource,
    ImageContent,
    InputRequiredResult,
    ListRootsRequest,
    SamplingMessage,
    TextContent,
    TextResourceContents,
)
from pydantic import Field

from config.asgi import application
from todos.mcp.batches import ToolRefused
from todos.tools import server

__all__ = ["application"]

Asking = CallToolResult | InputRequiredResult

example = functools.partial(server.tool, description="An example of the suite.")

RED_DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
SILENCE = base64.b64encode(b"RIFF$\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0@\x1f\0\0@\x1f\0\0\1\0\x08\0data\0\0\0\0").decode()
ADDRESS = {
    "$anchor": "addressDef",
    "type": "object",
    "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
}


def text(words: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=words)])


def image() -> ImageContent:
    return ImageContent(type="image", data=RED_DOT, mime_type="image/png")


def resource(uri: str, mime_type: str, content: str) -> EmbeddedResource:
    contents = TextResourceContents(uri=uri, mime_type=mime_type, text=content)
    return EmbeddedResource(type="resource", resource=contents)


# What a tool answers


@example()
async def test_simple_text() -> CallToolResult:
    return text("This is a simple text response for testing.")


@example()
async def test_image_content() -> CallToolResult:
    return CallToolResult(content=[image()])


@example()
async def test_audio_content() -> CallToolResult:
    return CallToolResult(content=[AudioContent(type="audio", data=SILENCE, mime_type="audio/wav")])


@example()
async def test_embedded_resource() -> CallToolResult:
    content = resource("test://embedded-resource", "text/plain", "This is an embedded resource content.")
    return CallToolResult(content=[content])


@example()
async def test_multiple_content_types() -> CallToolResult:
    words = TextContent(type="text", text="Multiple content types test:")
    content = resource("test://mixed-content-resource", "application/json", '{"test":"data","value":123}')
    return CallToolResult(content=[words, image(), content])


@example()
async def test_error_handling() -> CallToolResult:
    raise ToolRefused("test", "This tool intentionally returns an error for testing")


# What a tool takes


@example()
async def test_header(region: Annotated[str, Field(json_schema_extra={"x-mcp-header": "Region"})]) -> CallToolResult:
    return text(region)


@example()
async def json_schema_2020_12_tool(name: str = "", address: dict[str, Any] | None = None) -> CallToolResult:
    return text(f"{name} {address}")


# What a tool asks for before it answers


def form(question: str, name: str, kind: str = "string") -> ElicitRequest:
    schema = {"type": "object", "properties": {name: {"type": kind}}, "required": [name]}
    return ElicitRequest(params=ElicitRequestFormParams(message=question, requested_schema=schema))


def sample(question: str) -> CreateMessageRequest:
    message = SamplingMessage(role="user", content=TextContent(type="text", text=question))
    return CreateMessageRequest(params=CreateMessageRequestParams(messages=[message], max_tokens=100))


def ask_for(context: Context, state: str | None = None, **requests: Any) -> Asking:
    """Ask, and once every answer is there, say what they were."""
    answers = context.input_responses or {}
    if set(requests) <= set(answers):
        return text(f"state-ok {[answers[name].model_dump(mode='json') for name in requests]}")
    return InputRequiredResult(input_requests=requests, request_state=state)


@example()
async def test_input_required_result_elicitation(context: Context) -> Asking:
    return ask_for(context, user_name=form("What is your name?", "name"))


@example()
async def test_streaming_elicitation(context: Context) -> Asking:
    return ask_for(context, user_name=form("What is your name?", "name"))


@example()
async def test_input_required_result_sampling(context: Context) -> Asking:
    return ask_for(context, capital_question=sample("What is the capital of France?"))


@example()
async def test_input_required_result_list_roots(context: Context) -> Asking:
    return ask_for(context, client_roots=ListRootsRequest())


@example()
async def test_input_required_result_request_state(context: Context) -> Asking:
    return ask_for(context, "first", confirm=form("Please confirm", "ok", "boolean"))


@example()
async def test_input_required_result_tampered_state(context: Context) -> Asking:
    return ask_for(context, "sealed", confirm=form("Please confirm", "ok", "boolean"))


@example()
async def test_input_required_result_multiple_inputs(context: Context) -> Asking:
    name, greeting = form("What is your name?", "name"), sample("Generate a greeting")
    return ask_for(context, "all", user_name=name, greeting=greeting, client_roots=ListRootsRequest())


@example()
async def test_input_required_result_multi_round(context: Context) -> Asking:
    if context.request_state is None:
        return ask_for(context, "round 1", step1=form("Step 1: What is your name?", "name"))
    return ask_for(context, "round 2", step2=form("Step 2: What is your favorite color?", "color"))


@example()
async def test_input_required_result_capabilities(context: Context) -> Asking:
    declared = context.client_capabilities
    offered = {"sampling": ("question", sample("Hello?")), "elicitation": ("user_name", form("Name?", "name"))}
    return ask_for(context, **dict(offered[kind] for kind in offered if getattr(declared, kind, None) is not None))


@example()
async def test_missing_capability(context: Context) -> CallToolResult:
    if getattr(context.client_capabilities, "sampling", None) is None:
        needed = {"requiredCapabilities": {"sampling": {}}}
        raise MCPError(MISSING_REQUIRED_CLIENT_CAPABILITY, "The client cannot sample.", needed)
    return text("It can.")


# Resources and prompts


@server.resource("test://static-text", mime_type="text/plain")
async def static_text() -> str:
    return "This is the content of the static text resource."


@server.resource("test://static-binary", mime_type="image/png")
async def static_binary() -> bytes:
    return base64.b64decode(RED_DOT)


@server.resource("test://template/{id}/data", mime_type="application/json")
async def template_data(id: str) -> str:
    return json.dumps({"id": id, "templateTest": True, "data": f"Data for ID: {id}"})


@server.prompt(description="An example of the suite.")
async def test_simple_prompt() -> str:
    return "This is a simple prompt for testing."


@server.prompt(description="An example of the suite.")
async def test_prompt_with_arguments(arg1: str, arg2: str) -> str:
    return f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'"


@server.prompt(description="An example of the suite.")
async def test_prompt_with_embedded_resource(resourceUri: str) -> list[UserMessage]:  # noqa: N803 the suite's name
    return [UserMessage(resource(resourceUri, "text/plain", "Embedded resource content for testing."))]


@server.prompt(description="An example of the suite.")
async def test_prompt_with_image() -> list[UserMessage]:
    return [UserMessage(image())]


@server.prompt(description="An example of the suite.")
async def test_input_required_result_prompt(context: Context) -> str | InputRequiredResult:
    if (context.input_responses or {}).get("user_context") is None:
        return ask_for(context, user_context=form("What context should the prompt use?", "context"))
    return "Use the context that the user gave."


server._tool_manager.get_tool("json_schema_2020_12_tool").parameters = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {"address": ADDRESS},
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}

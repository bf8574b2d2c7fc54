"""What servers want back, what they refuse, and how they fail."""

import json
from typing import Any

from .case import (
    ADDED,
    BACK,
    ERRORS,
    FIELDS,
    HI,
    MILK,
    REFUSALS,
    TOOLS,
    Case,
    error,
    fails,
    one_call,
    piece,
    refuses,
    refusing,
    told,
)
from .server import Answer, Reply, calls, choice, event, page, says, stream, whole


def back_cases() -> list[Case]:
    def echoes(found: Any) -> Answer:
        """Adds in the first step; answers the second where what it gave is there."""

        def second(body: dict[str, Any]) -> Reply:
            made = [message for message in body["messages"] if message.get("tool_calls")]
            return (
                ADDED
                if made and all(found(message) for message in made)
                else refuses(error("missing what I gave", code=400))
            )

        return second

    signature = {"google": {"thought_signature": "c2lnbmF0dXJl"}}
    return [
        Case(
            BACK,
            "a signature on the call",
            (
                calls(piece(MILK, extra_content=signature)),
                echoes(lambda m: m["tool_calls"][0].get("extra_content") == signature),
            ),
            "Added.",
            ("milk",),
        ),
        Case(
            BACK,
            "a signature inside of the function",
            (
                calls(
                    {
                        "index": 0,
                        "id": "a",
                        "function": {"name": "add_task", "arguments": MILK, "thought_signature": "abc"},
                    }
                ),
                echoes(lambda m: m["tool_calls"][0]["function"].get("thought_signature") == "abc"),
            ),
            "Added.",
            ("milk",),
        ),
        Case(
            BACK,
            "reasoning_content in pieces",
            (
                stream(
                    choice({"reasoning_content": "I "}),
                    choice({"reasoning_content": "add."}),
                    choice({"tool_calls": [piece(MILK)]}),
                    choice({}, "tool_calls"),
                ),
                echoes(lambda m: m.get("reasoning_content") == "I add."),
            ),
            "Added.",
            ("milk",),
        ),
        Case(
            BACK,
            "reasoning_details in pieces",
            (
                stream(
                    choice({"reasoning_details": [{"type": "reasoning.text", "index": 0, "text": "I "}]}),
                    choice(
                        {
                            "reasoning_details": [
                                {"type": "reasoning.text", "index": 0, "text": "add.", "signature": "s"}
                            ]
                        }
                    ),
                    choice({"tool_calls": [piece(MILK)]}),
                    choice({}, "tool_calls"),
                ),
                echoes(
                    lambda m: (
                        m.get("reasoning_details")
                        == [{"type": "reasoning.text", "index": 0, "text": "I add.", "signature": "s"}]
                    )
                ),
            ),
            "Added.",
            ("milk",),
        ),
        Case(
            BACK,
            "an id of 100 characters",
            (calls(piece(MILK, call_id="i" * 100)), echoes(lambda m: m["tool_calls"][0]["id"] == "i" * 100)),
            "Added.",
            ("milk",),
        ),
        Case(
            BACK,
            "an id of nine",
            (calls(piece(MILK, call_id="D681PevKs")), echoes(lambda m: m["tool_calls"][0]["id"] == "D681PevKs")),
            "Added.",
            ("milk",),
        ),
        Case(
            BACK,
            "a field of the server's own",
            (
                stream(
                    choice({"x_state": {"a": [1]}}), choice({"tool_calls": [piece(MILK)]}), choice({}, "tool_calls")
                ),
                echoes(lambda m: m.get("x_state") == {"a": [1]}),
            ),
            "Added.",
            ("milk",),
        ),
    ]


def field_cases() -> list[Case]:
    extra = {
        "detail": [
            {"type": "extra_forbidden", "loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"}
        ]
    }
    return [
        told(FIELDS, "stream_options, by its place", refusing("stream_options", refuses(extra, 422), says(HI))),
        told(
            FIELDS,
            "stream_options, in words",
            refusing(
                "stream_options", refuses(error("Unrecognized request argument supplied: stream_options")), says(HI)
            ),
        ),
        told(
            FIELDS,
            "stream_options, inside a message",
            refusing("stream_options", refuses({"object": "error", "message": extra}, 422), says(HI)),
        ),
        told(
            FIELDS,
            "streams",
            refusing(
                '"stream": true',
                refuses(error("stream is not supported with tools", param="stream")),
                whole({"choices": [{"message": {"content": HI}, "finish_reason": "stop"}]}),
            ),
        ),
        told(
            FIELDS,
            "the role system",
            lambda body: (
                refuses(error("System role not supported")) if body["messages"][0]["role"] == "system" else says(HI)
            ),
        ),
        one_call(
            FIELDS,
            "$defs in tools",
            lambda body: (
                refuses(error("Unknown name $defs"))
                if "$ref" in json.dumps(body["tools"])
                else (ADDED if body["messages"][-1]["role"] == "tool" else calls(piece(MILK)))
            ),
        ),
        Case(
            FIELDS,
            "null for content",
            (
                calls(piece(MILK)),
                lambda body: (
                    ADDED
                    if all(isinstance(m["content"], str) for m in body["messages"])
                    else refuses(error("invalid message content type: <nil>"))
                ),
            ),
            "Added.",
            ("milk",),
        ),
        Case(
            FIELDS,
            "an empty content",
            (
                calls(piece(MILK)),
                lambda body: (
                    refuses(error("messages: text content blocks must be non-empty"))
                    if any(m["content"] == "" for m in body["messages"])
                    else ADDED
                ),
            ),
            "Added.",
            ("milk",),
        ),
        Case(
            FIELDS,
            "what it gave itself",
            (
                stream(
                    choice({"reasoning_content": "x"}), choice({"tool_calls": [piece(MILK)]}), choice({}, "tool_calls")
                ),
                lambda body: (
                    refuses(error("property 'reasoning_content' is unsupported"))
                    if "reasoning_content" in json.dumps(body)
                    else ADDED
                ),
            ),
            "Added.",
            ("milk",),
        ),
        fails(FIELDS, "everything, without end", "model_error", refuses(error("no"))),
    ]


def tool_cases() -> list[Case]:
    words = {
        "Ollama": (refuses(error("registry.ollama.ai/library/gemma3:4b does not support tools", type="api_error")),),
        "vLLM": (
            refuses(
                {"object": "error", "message": '"auto" tool choice requires --enable-auto-tool-choice', "code": 400}
            ),
        ),
        "llama.cpp": (refuses(error("tools param requires --jinja flag", code=500), 500),),
        "OpenRouter": (refuses(error("No endpoints found that support tool use.", code=404), 404),),
        "another server": (refuses(error("Function calling is not enabled for this model", param="tools"), 422),),
    }
    return [
        fails(TOOLS, name, "model_without_tools", lambda body, reply=reply: reply if body.get("tools") else says(HI))
        for name, (reply,) in words.items()
    ]


def error_cases() -> list[Case]:
    half = choice({"content": "Hel"})
    return [
        fails(ERRORS, "a rate limit in JSON", "model_overloaded", whole(error("Rate limit exceeded", code=429))),
        fails(
            ERRORS, "a rate limit in the stream", "model_overloaded", stream(error("Rate limited upstream", code=429))
        ),
        fails(
            ERRORS,
            "in the middle",
            "model_unavailable",
            stream(half, {**choice({"content": ""}, "error"), **error("gone", code="server_error")}),
            text="Hel",
        ),
        fails(ERRORS, "a finish that is an error", "model_unavailable", stream(half, choice({}, "error")), text="Hel"),
        fails(ERRORS, "a text", "model_unavailable", stream({"error": "the runner died"})),
        fails(ERRORS, "a list of one", "model_overloaded", stream([error("busy", status="RESOURCE_EXHAUSTED")])),
        fails(
            ERRORS,
            "vLLM's",
            "model_unavailable",
            stream({"object": "error", "message": "EngineDeadError", "type": "InternalServerError", "code": 500}),
        ),
        fails(
            ERRORS,
            "too long, as LM Studio says",
            "context_too_long",
            stream(
                event(
                    error("The number of tokens to keep from the initial prompt is greater than the context length"),
                    event="error",
                ),
                done=False,
            ),
        ),
        fails(ERRORS, "a filter at once", "content_filtered", stream(choice({}, "content_filter"))),
        fails(
            ERRORS, "a filter in the middle", "content_filtered", stream(half, choice({}, "content_filter")), text="Hel"
        ),
        fails(
            ERRORS, "Gemini's filter", "content_filtered", stream(half, choice({}, "PROHIBITED_CONTENT")), text="Hel"
        ),
        Case(
            ERRORS,
            "a call that the server could not read",
            (
                refuses(error("Failed to call a function.", code="tool_use_failed", failed_generation="<function=x")),
                calls(piece(MILK)),
                ADDED,
            ),
            "Added.",
            ("milk",),
        ),
    ]


def refusal_cases() -> list[Case]:
    kinds: dict[str, tuple[str, Reply]] = {
        "a wrong key": ("model_key_refused", refuses(error("Incorrect API key", code="invalid_api_key"), 401)),
        "a key without the right": ("model_key_refused", refuses(error("no access", type="permission_error"), 403)),
        "Gemini's wrong key, as 400": (
            "model_key_refused",
            refuses(
                [
                    {
                        "error": {
                            "code": 400,
                            "status": "INVALID_ARGUMENT",
                            "details": [{"reason": "x", "code": "API_KEY_INVALID"}],
                        }
                    }
                ]
            ),
        ),
        "no such model": ("model_not_found", refuses(error("nope", code="model_not_found"), 404)),
        "no such model, as 400": ("model_not_found", refuses(error("m is not a valid model ID", code=400))),
        "no such address": ("model_not_found", refuses({"detail": "Not Found"}, 404)),
        "not the way": ("model_misconfigured", refuses({"detail": "Method Not Allowed"}, 405)),
        "no money": ("model_quota_used_up", refuses(error("Insufficient Balance", code="invalid_request_error"), 402)),
        "no quota": (
            "model_quota_used_up",
            refuses(error("x", type="insufficient_quota", code="insufficient_quota"), 429),
        ),
        "Azure's filter": (
            "content_filtered",
            refuses(error("x", code="content_filter", innererror={"code": "ResponsibleAIPolicyViolation"})),
        ),
        "OpenRouter's moderation": (
            "content_filtered",
            refuses(error("flagged", code=403, metadata={"reasons": ["x"], "flagged_input": "y"}), 403),
        ),
        "Alibaba's filter": ("content_filtered", refuses(error("x", code="data_inspection_failed"))),
        "overloaded": ("model_overloaded", refuses({"type": "error", "error": {"type": "overloaded_error"}}, 529)),
        "no capacity": (
            "model_overloaded",
            refuses(error("Flex tier capacity exceeded", type="capacity_exceeded"), 498),
        ),
        "a web page from a proxy": ("model_unavailable", page(502)),
        "a proxy's timeout": ("model_unavailable", page(524)),
        "loading": ("model_loading", refuses(error("Loading model", code=503, type="unavailable_error"), 503)),
        "loading, as Hugging Face says": (
            "model_loading",
            refuses({"error": "Model m is currently loading", "estimated_time": 20.0}, 503),
        ),
        "nothing that is known": ("model_error", refuses(error("computer says no"))),
        "an error without an end": ("model_unavailable", Reply((b"x" * 1_000_000,) * 3, 500)),
    }
    return [fails(REFUSALS, name, failure, reply) for name, (failure, reply) in kinds.items()]

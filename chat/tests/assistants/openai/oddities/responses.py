"""The same in the Responses format."""

import json
from typing import Any

from .case import HI, MILK, RESPONSES, Case, error, refuses, refusing
from .server import Reply, event, stream, whole


def response_cases() -> list[Case]:
    def item(**fields: Any) -> dict[str, Any]:
        call = {
            "type": "function_call",
            "id": "fc",
            "call_id": "call_1",
            "name": "add_task",
            "arguments": MILK,
            "status": "completed",
        }
        return {key: value for key, value in (call | fields).items() if value is not ...}

    def said(kind: str, **fields: Any) -> dict[str, Any]:
        return {"type": kind, **fields}

    def end(**fields: Any) -> dict[str, Any]:
        return said(
            "response.completed",
            response={"status": "completed", "output": [], "usage": {"input_tokens": 3, "output_tokens": 2}, **fields},
        )

    hello = said("response.output_text.delta", output_index=0, content_index=0, delta=HI)
    message = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": HI}]}
    added = said("response.output_item.added", output_index=0, item=item(arguments=""))
    delta = said("response.function_call_arguments.delta", item_id="fc", output_index=0, delta=MILK)
    made = said("response.function_call_arguments.done", item_id="fc", output_index=0, arguments=MILK)
    texts = {
        "only at the end": [end(output=[message])], "only as done": [said("response.output_text.done", output_index=0, text=HI), end()],
        "a part as done": [said("response.content_part.done", output_index=0, part={"type": "output_text", "text": HI}), end()],
        "its item alone": [said("response.output_item.done", output_index=0, item=message), end()],
        "all four": [hello, said("response.output_text.done", output_index=0, text=HI), said("response.output_item.done", output_index=0, item=message), end(output=[message])],
        "a keep-alive": [said("keepalive"), hello, end()], "null usage": [hello, end(usage=None)], "only [DONE]": [hello],
        "response.done": [hello, said("response.done", response={"status": "completed"})], "another server's tool": [said("response.output_item.done", item={"type": "web_search_call"}), hello, end()],
        "no type in the data": [event({"output_index": 0, "delta": HI}, event="response.output_text.delta"), event({"response": {}}, event="response.completed")],
    }  # fmt: skip
    one = {
        "only at the end": [end(output=[item()])], "an item without its arguments": [added, delta, made, said("response.output_item.done", output_index=0, item=item(arguments="")), end()],
        "no item done": [added, delta, made, end()], "no arguments done": [added, delta, end()], "an object": [said("response.output_item.done", output_index=0, item=item(arguments=json.loads(MILK))), end()],
        "in its item and at the end": [said("response.output_item.done", output_index=0, item=item()), end(output=[item()])],
        "no place": [said("response.output_item.done", item=item()), end()],
    }  # fmt: skip
    failures = {
        "a rate limit": (
            "model_overloaded",
            [said("response.failed", response={"error": {"code": "rate_limit_exceeded"}})],
        ),
        "too long": (
            "context_too_long",
            [
                said(
                    "response.failed",
                    response={
                        "error": {
                            "code": "invalid_prompt",
                            "message": "Your input exceeds the context window of this model.",
                        }
                    },
                )
            ],
        ),
        "an error event": (
            "model_unavailable",
            [said("error", error={"type": "server_error", "code": "server_error"})],
        ),
        "cancelled": ("model_unavailable", [said("response.cancelled", response={"status": "cancelled"})]),
        "a filter": (
            "content_filtered",
            [said("response.incomplete", response={"incomplete_details": {"reason": "content_filter"}})],
        ),
    }
    reasoning = {"type": "reasoning", "id": "rs", "summary": [], "encrypted_content": "x"}
    ended = stream(said("response.output_text.delta", output_index=0, delta="Added."), end())

    def wants_reasoning(body: dict[str, Any]) -> Reply:
        place = [one.get("type") for one in body["input"]].index("function_call")
        return ended if body["input"][place - 1] == reasoning else refuses(error("reasoning is missing"))

    cases = [
        *(Case(RESPONSES, f"text: {name}", (stream(*events),), HI) for name, events in texts.items()),
        Case(
            RESPONSES,
            "text: one JSON document",
            (whole({"object": "response", "status": "completed", "output": [message]}),),
            HI,
        ),
        *(
            Case(RESPONSES, f"a call: {name}", (stream(*events), ended), "Added.", ("milk",))
            for name, events in one.items()
        ),
        *(
            Case(RESPONSES, f"a failure: {name}", (stream(*events),), failure=failure)
            for name, (failure, events) in failures.items()
        ),
        Case(
            RESPONSES,
            "a call without arguments",
            (
                stream(
                    said("response.output_item.done", output_index=0, item=item(name="list_tasks", arguments=...)),
                    end(),
                ),
                ended,
            ),
            "Added.",
        ),
        Case(
            RESPONSES,
            "a call that was cut",
            (
                stream(
                    said("response.output_item.done", output_index=0, item=item(arguments=MILK[:9])),
                    said("response.incomplete", response={"incomplete_details": {"reason": "max_output_tokens"}}),
                ),
                ended,
            ),
            "Added.",
        ),
        Case(
            RESPONSES,
            "encrypted reasoning goes back",
            (
                stream(
                    said("response.output_item.done", output_index=0, item=reasoning),
                    said("response.output_item.done", output_index=1, item=item()),
                    end(),
                ),
                wants_reasoning,
            ),
            "Added.",
            ("milk",),
        ),
        Case(
            RESPONSES,
            "include is refused",
            (refusing('"include"', refuses(error("x", param="include")), stream(hello, end())),),
            HI,
        ),
        Case(
            RESPONSES,
            "store is refused",
            (refusing('"store"', refuses({"detail": [{"loc": ["body", "store"]}]}, 422), stream(hello, end())),),
            HI,
        ),
    ]
    return [case._replace(api="responses") for case in cases]

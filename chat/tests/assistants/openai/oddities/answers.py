"""Answers: how they end, and in what shapes they come."""

import json

from .case import ADDED, BOTH, BREAD, ENDS, HI, MILK, SECRET, SHAPES, USAGE, Case, fails, one_call, piece, told
from .server import Reply, calls, choice, event, page, says, stream, whole


def end_cases() -> list[Case]:
    hello = choice({"content": HI})
    call = choice({"tool_calls": [piece(MILK)]})
    return [
        told(ENDS, "no finish reason", stream(hello)),
        told(
            ENDS, "an empty finish reason", stream(choice({"content": "Hello"}, ""), choice({"content": " there."}, ""))
        ),
        told(ENDS, "the word null", stream(choice({"content": HI}, "null"), choice({}, "stop"))),
        told(ENDS, "no [DONE]", stream(hello, choice({}, "stop"), done=False)),
        told(ENDS, "usage and nothing else", stream(hello, {"choices": [], "usage": USAGE}, done=False)),
        told(ENDS, "[done]", stream(hello, choice({}, "stop"), event("[done]"), done=False)),
        told(
            ENDS,
            "junk behind [DONE]",
            stream(hello, choice({}, "stop"), b"data: [DONE]\n\ndata: {broken\n\n", done=False),
        ),
        told(ENDS, "no empty line at the end", stream(hello, event(choice({}, "stop")).rstrip(), done=False)),
        told(ENDS, "silence behind a whole answer", stream(hello, choice({}, "stop"), done=False, stays_open=True)),
        told(ENDS, "silence behind [DONE]", stream(hello, choice({}, "stop"), stays_open=True)),
        one_call(ENDS, "a call without a finish reason", stream(call)),
        one_call(ENDS, "stop behind a call", calls(piece(MILK), finish="stop")),
        one_call(ENDS, "a call behind the finish", stream(choice({}, "tool_calls"), call)),
        one_call(
            ENDS,
            "a finish behind each call",
            stream(
                choice({"tool_calls": [piece(MILK)]}, "tool_calls"),
                choice({"tool_calls": [piece(BREAD, 1, "b")]}, "tool_calls"),
            ),
            *BOTH,
        ),
        one_call(ENDS, "a limit inside a second call", calls(piece(MILK), piece(BREAD[:9], 1, "b"), finish="length")),
        fails(ENDS, "cut in its words", "model_unavailable", stream(hello, done=False), text=HI),
        fails(ENDS, "cut in a call", "model_unavailable", stream(call, done=False)),
        fails(ENDS, "no words and no call, twice", "model_error", says("")),
        Case(ENDS, "no words and no call, once", (says(""), says(HI)), HI),
    ]


def shape_cases() -> list[Case]:
    hello, stop = choice({"content": HI}), choice({}, "stop")
    crlf = [event(one).replace(b"\n", b"\r\n") for one in (hello, stop)]
    smile = event(json.dumps(choice({"content": "Grüße 🎉"}), ensure_ascii=False))
    message = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": HI}}
    called = {
        "index": 0,
        "finish_reason": "tool_calls",
        "message": {"role": "assistant", "content": None, "tool_calls": [piece(MILK)]},
    }
    texts = {
        "usage without choices": stream(hello, stop, {"usage": USAGE}),
        "null choices": stream(hello, stop, {"choices": None, "usage": USAGE}),
        "null usage": stream(choice({"content": HI}, usage=None), stop, {"choices": [], "usage": None}),
        "usage in each event": stream(choice({"content": HI}, usage=USAGE), choice({}, "stop", usage=USAGE)),
        "usage as floats": stream(hello, choice({}, "stop", usage={"prompt_tokens": 9.0, "completion_tokens": 3.0})),
        "usage in x_groq": stream(hello, choice({}, "stop", x_groq={"usage": USAGE})),
        "a ping": stream({"type": "ping"}, hello, event({"type": "ping"}, event="ping"), stop),
        "an empty object": stream(b"data: {}\n\n", hello, stop),
        "empty data": stream(b"data:\n\n", hello, b"data: \n\n", stop),
        "comments": stream(b": PROCESSING\n\n", hello, b":\n\n", stop),
        "CRLF": stream(*crlf, b"data: [DONE]\r\n\r\n", done=False),
        "no space": stream(*(event(one).replace(b"data: ", b"data:") for one in (hello, stop))),
        "a byte order mark": stream(
            b"\xef\xbb\xbf" + event(choice({"content": "Hello "})), choice({"content": "there."}), stop
        ),
        "no empty lines": stream(*(event(one)[:-1] for one in (hello, stop)), b"data: [DONE]\n", done=False),
        "names and ids of events": stream(event(hello, event="message", id="1", retry="10"), stop),
        "the role in each event": stream(
            choice({"role": "assistant", "content": HI, "tool_calls": [], "function_call": None}), stop
        ),
        "empty lines first": stream(choice({"content": "\n\n"}), hello, stop),
        "a refusal": stream(choice({"content": None, "refusal": ""}), choice({"refusal": HI}), stop),
        "a null delta": stream(hello, {"choices": [{"index": 0, "delta": None, "logprobs": {}}]}, stop),
        "content as parts": stream(
            choice({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": SECRET}]}]}),
            choice({"content": [{"type": "text", "text": HI}]}),
            stop,
        ),
        "content as an object": stream(choice({"content": {"type": "text", "text": HI}}), stop),
        "Azure's first event": stream({"choices": [], "prompt_filter_results": [{"prompt_index": 0}]}, hello, stop),
        "a message for a delta": stream({"choices": [message]}),
        "a whole message behind its pieces": stream(hello, {"choices": [message]}),
        "one JSON document": whole({"object": "chat.completion", "choices": [message], "usage": USAGE}),
        "one JSON document on many lines": Reply((json.dumps({"choices": [message]}, indent=2).encode(),)),
        "Ollama's own lines": Reply(
            tuple(
                json.dumps(
                    {"model": "m", "message": {"role": "assistant", "content": text}, "done": text == ""}
                ).encode()
                + b"\n"
                for text in ("Hello ", "there.", "")
            )
        ),
    }
    return [
        *(told(SHAPES, name, reply) for name, reply in texts.items()),
        told(
            SHAPES,
            "a character in two events",
            stream(
                event('{"choices":[{"delta":{"content":"Party \\ud83c"}}]}'),
                event('{"choices":[{"delta":{"content":"\\udf89!"}}]}'),
                stop,
            ),
            "Party 🎉!",
        ),
        told(SHAPES, "a character in two pieces", stream(smile[:-20], smile[-20:], stop), "Grüße 🎉"),
        told(
            SHAPES, "a number for text", stream(choice({"content": "It is "}), choice({"content": 5}), stop), "It is 5"
        ),
        one_call(SHAPES, "a call in a message", stream({"choices": [called]})),
        one_call(SHAPES, "a call in one JSON document", whole({"object": "chat.completion", "choices": [called]})),
        one_call(
            SHAPES,
            "function_call, as it once was",
            stream(choice({"function_call": {"name": "add_task", "arguments": MILK}}), choice({}, "function_call")),
        ),
        one_call(
            SHAPES,
            "the call in the second choice",
            stream(
                {
                    "choices": [
                        {"index": 0, "delta": {"content": ""}},
                        {"index": 1, "delta": {"tool_calls": [piece(MILK)]}, "finish_reason": "tool_calls"},
                    ]
                }
            ),
        ),
        one_call(
            SHAPES,
            "the same call in two choices",
            stream(
                {
                    "choices": [
                        {"index": n, "delta": {"tool_calls": [piece(MILK)]}, "finish_reason": "tool_calls"}
                        for n in (0, 1)
                    ]
                }
            ),
        ),
        Case(
            SHAPES,
            "words with a call",
            (
                stream(
                    choice({"content": "One moment."}), choice({"tool_calls": [piece(MILK)]}), choice({}, "tool_calls")
                ),
                ADDED,
            ),
            "One moment.\n\nAdded.",
            ("milk",),
        ),
        one_call(
            SHAPES,
            "empty lines behind a call",
            stream(choice({"tool_calls": [piece(MILK)]}), choice({"content": "\n\n"}), choice({}, "tool_calls")),
        ),
        fails(SHAPES, "a web page", "model_misconfigured", page()),
        fails(
            SHAPES,
            "words that are no JSON",
            "model_error",
            Reply((b"upstream connect error",), headers={"content-type": "text/plain"}),
        ),
        fails(
            SHAPES,
            "100 MB",
            "model_error",
            Reply(tuple(event(choice({"reasoning": "x" * 4_000_000})) for _ in range(9))),
        ),
        fails(SHAPES, "one line without an end", "model_error", Reply(tuple(b"x" * 1_000_000 for _ in range(6)))),
    ]

"""What models write into their text that is no answer: calls, thoughts, control tokens."""

import json

from .case import ADDED, HI, MILK, SECRET, TEXT_CALLS, THOUGHTS, Case, fails, one_call, piece, told
from .server import choice, says, stream


def text_call_cases() -> list[Case]:
    named = f'{{"name": "add_task", "arguments": {MILK}}}'
    tasks = '[{"title": "milk"}]'
    dialects = {
        "JSON alone": named,
        "a list of JSON": f"[{named}]",
        "as the API has it": json.dumps(
            {"tool_calls": [{"type": "function", "function": {"name": "add_task", "arguments": MILK}}]}
        ),
        "Hermes": f"<tool_call>\n{named}\n</tool_call>",
        "Qwen's tags": f"<tool_call>\n<function=add_task>\n<parameter=tasks>\n{tasks}\n</parameter>\n</function>\n</tool_call>",
        "GLM's keys": f"<tool_call>add_task\n<arg_key>tasks</arg_key>\n<arg_value>{tasks}</arg_value>\n</tool_call>",
        "Llama's function": f"<function=add_task>{MILK}</function>",
        "Llama's function, unclosed": f"<function=add_task{MILK}",
        "Llama's python tag": f'<|python_tag|>{{"name": "add_task", "parameters": {MILK}}}',
        "Llama's Python": f"[add_task(tasks={tasks})]",
        "Gemma's Python": f"```tool_code\nprint(default_api.add_task(tasks={tasks}))\n```",
        "Mistral": f"[TOOL_CALLS][{named}]",
        "Mistral's newer": f"[TOOL_CALLS]add_task[ARGS]{MILK}",
        "DeepSeek": f"<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>add_task\n```json\n{MILK}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
        "DeepSeek's newer": f'<｜DSML｜function_calls>\n<｜DSML｜invoke name="add_task">\n<｜DSML｜parameter name="tasks" string="false">{tasks}</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜function_calls>',
        "Kimi": f"<|tool_calls_section_begin|><|tool_call_begin|>functions.add_task:0<|tool_call_argument_begin|>{MILK}<|tool_call_end|>",
        "Granite": f"<|tool_call|>[{named}]",
        "LM Studio": f"[TOOL_REQUEST]{named}[END_TOOL_REQUEST]",
        "Claude's tags": f'<function_calls><invoke name="add_task"><parameter name="tasks">{tasks}</parameter></invoke></function_calls>',
        "a tag named as the tool": f"<add_task><tasks>{tasks}</tasks></add_task>",
        "gpt-oss": f"<|channel|>commentary to=functions.add_task <|constrain|>json<|message|>{MILK}<|call|>",
        "behind thoughts": f"<think>{SECRET}</think>\n<tool_call>{named}</tool_call>",
    }
    return [
        *(one_call(TEXT_CALLS, name, says(text)) for name, text in dialects.items()),
        *(
            one_call(
                TEXT_CALLS,
                f"{name}, letter by letter",
                stream(*(choice({"content": letter}) for letter in dialects[name]), choice({}, "stop")),
            )
            for name in ("JSON alone", "Hermes", "DeepSeek", "Llama's Python", "Gemma's Python")
        ),
        Case(
            TEXT_CALLS,
            "a fence, and a claim behind it",
            (says(f"Sure!\n```json\n{named}\n```\nI have added milk."), ADDED),
            "Sure!\n\n\nAdded.",
            ("milk",),
        ),
        Case(
            TEXT_CALLS,
            "cut, and whole when asked again",
            (says("<tool_call>" + named[:-9]), says(named), ADDED),
            "Added.",
            ("milk",),
        ),
        Case(TEXT_CALLS, "of no tool, then words", (says(named.replace("add_task", "launch")), says(HI)), HI),
        fails(TEXT_CALLS, "never whole", "model_error", says("<tool_call>" + named[:-9])),
        told(TEXT_CALLS, "JSON that is an answer", says('{"title": "milk"}'), '{"title": "milk"}'),
        told(
            TEXT_CALLS,
            "code that is an answer",
            says("Look:\n```python\nx = {1: 2}\n```\nDone."),
            "Look:\n```python\nx = {1: 2}\n```\nDone.",
        ),
        told(
            TEXT_CALLS,
            "a title that looks like it",
            says("Added “fix <tool_call> parsing”."),
            "Added “fix <tool_call> parsing”.",
        ),
    ]


def thought_cases() -> list[Case]:
    written = (
        f"<think>\n{SECRET}\n</think>\n\n{HI}", f"{SECRET}\n</think>\n\n{HI}", f"<thinking>{SECRET}</thinking>{HI}", f"<think><think>{SECRET}</think>{SECRET}</think>{HI}",
        f"[THINK]{SECRET}[/THINK]{HI}", f"◁think▷{SECRET}◁/think▷{HI}", f"<seed:think>{SECRET}</seed:think>{HI}", f"<|START_THINKING|>{SECRET}<|END_THINKING|>{HI}",
        f"<|begin_of_thought|>{SECRET}<|end_of_thought|>{HI}", f"<reasoning>{SECRET}</reasoning>\n<answer>{HI}</answer>", f"<scratchpad>{SECRET}</scratchpad>{HI}",
        f"<|channel|>analysis<|message|>{SECRET}<|end|><|start|>assistant<|channel|>final<|message|>{HI}<|return|>", f"analysis{SECRET.title()}assistantfinal{HI}",
        f"{HI}<|im_end|>", f"{HI}<|eot_id|>", f"{HI}</s>", f"{HI}<｜end▁of▁sentence｜>", f"<|im_start|>assistant\n{HI}", f"{HI}<|im_end|>\n<|im_start|>user\n{SECRET}",
        f"{HI}<end_of_turn>",
    )  # fmt: skip
    stop = choice({}, "stop")
    fields = {
        name: stream(
            choice({"role": "assistant", "content": None, name: value}), choice({"content": HI, name: None}), stop
        )
        for name, value in (
            ("reasoning_content", SECRET),
            ("reasoning", SECRET),
            ("thinking", SECRET),
            ("reasoning_details", [{"type": "reasoning.text", "text": SECRET}]),
        )
    }
    return [
        *(told(THOUGHTS, text.replace(SECRET, "…").replace("\n", "⏎"), says(text)) for text in written),
        *(
            told(
                THOUGHTS,
                f"letter by letter: {text[:24]}…".replace("\n", "⏎"),
                stream(*(choice({"content": letter}) for letter in text), stop),
            )
            for text in written
            if text.startswith(("<", "[", "◁", "Hello"))
        ),
        *(told(THOUGHTS, f"in the field {name}", reply) for name, reply in fields.items()),
        Case(
            THOUGHTS,
            "before a call",
            (
                stream(
                    choice({"content": f"<think>{SECRET}</think>\n\n"}),
                    choice({"tool_calls": [piece(MILK)]}),
                    choice({}, "tool_calls"),
                ),
                ADDED,
            ),
            "Added.",
            ("milk",),
        ),
        Case(THOUGHTS, "alone, then an answer", (says(f"<think>{SECRET}</think>"), says(HI)), HI),
        fails(
            THOUGHTS,
            "alone, twice",
            "model_error",
            stream(choice({"reasoning_content": SECRET}), choice({"content": ""}, "stop")),
        ),
        told(THOUGHTS, "a title that looks like it", says("Added “fix <think> tags”."), "Added “fix <think> tags”."),
    ]

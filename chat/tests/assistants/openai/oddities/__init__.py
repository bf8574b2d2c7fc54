"""What model servers are reported to do, by kind: the answers of a turn, and what must come of it."""

from . import answers, calls, refusals, responses, texts

CASES = [
    *calls.number_cases(),
    *calls.argument_cases(),
    *calls.name_cases(),
    *answers.end_cases(),
    *answers.shape_cases(),
    *texts.text_call_cases(),
    *texts.thought_cases(),
    *refusals.back_cases(),
    *refusals.field_cases(),
    *refusals.tool_cases(),
    *refusals.error_cases(),
    *refusals.refusal_cases(),
    *responses.response_cases(),
]

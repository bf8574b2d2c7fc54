"""What tags and tokens are called that a model writes around its thoughts, its calls and its turns."""

import re

TAG = re.compile(r"<([|｜]?)(/?)([^<>\n]{1,98}?)([|｜]?)>")
BRACKET = re.compile(r"\[(/?)(TOOL_CALLS?|TOOL_REQUEST|END_TOOL_REQUEST|TOOL_RESULTS?|THINK|INST|FUNCTION_CALLS?)\]")
BRACKET_WORDS = (
    "[TOOL_CALLS]", "[TOOL_REQUEST]", "[END_TOOL_REQUEST]", "[/TOOL_CALLS]", "[TOOL_RESULTS]", "[THINK]", "[/THINK]",
    "[INST]", "[/INST]", "[FUNCTION_CALLS]",
)  # fmt: skip
ROUND = re.compile("◁(/?)[a-z]{1,20}▷")
# A tag opens a call written as text, or holds thoughts, by what it is called.
CALL_NAME = re.compile(
    r"(?:[\w.｜]+[:｜])?(?:tool(?:s|_\w+|▁\w+|call\w*|code|use)?|function(?:s|_\w+|call\w*)?|invoke|python_tag"
    r"|action_start|plugin|execute_\w+)(?![\w])",
    re.IGNORECASE,
)
FUNCTION_OPEN = re.compile(r"<(?:function|tool)\s*[=(]", re.IGNORECASE)
THOUGHT_NAME = re.compile(
    r"(?:\w+[:_])?(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflect(?:ion)?|scratchpad|inner_?monologue|deliberation"
    r"|antthinking|chain_of_thought)",
    re.IGNORECASE,
)
THOUGHT_WORD = re.compile(r"think|thought|reason", re.IGNORECASE)
END_OF_ANSWER = {
    "im_end", "eot_id", "eom_id", "endoftext", "end_of_text", "end_of_turn", "eos", "end▁of▁sentence", "return",
    "end_of_sentence", "eot", "eod",
}  # fmt: skip
BEGINNINGS = {"im_start", "start_header_id", "start_of_turn", "start_of_role", "assistant", "user", "system"}
NOISE = {"bos", "pad", "unk", "s", "/s", "sep", "mask"}
WRAPPERS = {"answer", "final_answer", "response", "final"}
CHANNEL_END = {"end", "return", "call"}
ROLE = re.compile(r"\s*(?:assistant|model|final)\b\s*(?:<\|end_header_id\|>)?\s*")
FENCE = "```"
LEAKED_CHANNEL, LEAKED_FINAL = "analysis", "assistantfinal"
QUOTES = "\"'`“‘«"
THOUGHT_MARK = re.compile(
    rf"<[|｜]?/?(?:(?:begin|start|end)_(?:of_)?)?(?:{THOUGHT_NAME.pattern})(?:\s[^<>\n]{{0,60}})?[|｜]?>"
    r"|\[/?THINK\]|◁/?think▷|<\|(?:end|return|start|channel|call)\|>|assistantfinal",
    re.IGNORECASE,
)

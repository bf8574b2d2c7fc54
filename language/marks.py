"""What people write for a priority or a tag inside a line: “p1”, “!!”, “!high”, “#home”."""

import re

PRIORITY_MARKS = {"p1": "high", "p2": "medium", "p3": "low", "p4": "none", "!!": "high", "!!!": "urgent"}
MARK = re.compile(
    r"""(?<![^\s(,])(?:
        (?P<priority>p[1-4]|!{2,3}|!(?:none|low|medium|high|urgent))(?=$|[\s,.;:)])
        |\#(?P<tag>[^\s#,.;:!?()\[\]{}<>"“”„«»]{1,50})(?=$|[\s#,.;:!?)])
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def priority_of_mark(mark: str) -> str:
    word = mark.lower()
    return PRIORITY_MARKS.get(word) or word.removeprefix("!")

"""Whether an answer says that something was changed, to be held against what the calls of its turn did."""

import re

# A sentence of the assistant that reports a change as done: “I added …”, “Done – I've moved …”, “Completed “rent”.”
CLAIM = re.compile(
    r"(?:\bI(?:[’']ve| have)?(?: just| now| also)? |^|[.!–:] )"
    r"(?:added|created|completed|marked|ticked off|deleted|removed|updated|changed|moved|renamed|reopened) "
    r"(?!no\b|none\b|nothing\b)",
    re.IGNORECASE | re.MULTILINE,
)


def claims_change(text: str) -> bool:
    return CLAIM.search(text) is not None

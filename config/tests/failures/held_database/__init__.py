"""A database backend that holds its server at one moment of a turn, so that a test can kill it there.

HOLD_AT says when: “before”, “after” or “committed”, and a pattern of the statement. “committed” is the moment after the
transaction with that statement. The server says “held” in its log, and goes no further in that thread: for ever, or
with HOLD_UNTIL until there is a file of that name with “1” at its end, the second time with “2”.
"""

"""How an answer is read, whatever a server makes of it: bytes → events → text and calls.

Only what is really broken fails; what was said until then is passed on first.
"""

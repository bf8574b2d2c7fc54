"""Strangers: what they guess, forge, and send too much of."""

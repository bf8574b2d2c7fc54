"""Addresses of programs that a person wants to be told of todos and turns at: signed as Standard Webhooks has it.

For others: `events.tell` (what happened, in the transaction in which it did).
"""

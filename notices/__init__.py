"""What reaches a person outside of a page that they look at: an outbox, the channels, and the sweep that sends.

For others: `outbox.put` (one thing to say to one person), `sending.send_for_ever`. A new way to reach
people is a module in `channels/` and its place in `channels/registry.py`.
"""

"""Conversations: what happens when a message is sent (`turn`), and what is kept and shown of it."""

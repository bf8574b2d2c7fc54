"""The pages of the chat: what is drawn of a turn, and how open pages hear of changes."""

"""Editing the last message: a question that lists what will be taken back, then the turn of the new text."""

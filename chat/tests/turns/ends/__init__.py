"""Turns that fail, die or are stopped, and how they go on."""

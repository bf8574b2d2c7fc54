"""The chat in a browser: people who type, and turns that are written."""

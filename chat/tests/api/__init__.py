"""The chat as programs use it: requests, streams, conversations."""

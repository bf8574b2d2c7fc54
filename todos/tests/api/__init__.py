"""The REST API of todos."""

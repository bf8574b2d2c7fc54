"""The MCP server behind `todos/tools.py`: its schema, its batches, and what a person approved of them."""

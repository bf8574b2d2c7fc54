"""The page that hosts of assistants show for our tools (MCP Apps): todos, and what waits for the person."""

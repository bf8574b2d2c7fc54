"""Programs of others at /mcp: what they find, what waits for the person, what hosts show."""

"""Programs of others against ours: MCP, AG-UI, event sources, issuers, generated clients."""

"""Endpoints beside the API and the pages: health, metrics, MCP."""

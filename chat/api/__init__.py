"""The chat API: endpoints, schemas, event streams, and the export of one conversation."""

"""The REST API of todos: its `endpoints`, and the `schema` of what they take and answer."""

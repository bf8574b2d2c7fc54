"""The sign-in API: its `endpoints`, and the `schema` of what they take and answer."""

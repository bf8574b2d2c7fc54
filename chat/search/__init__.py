"""Searching titles and messages: their `index` in the database, and `snippets` with what was found."""

"""Searching titles and messages: what was typed becomes `terms`, found by an `index` of the database."""

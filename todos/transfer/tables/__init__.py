"""Todos as rows of a CSV file, whatever program wrote it."""

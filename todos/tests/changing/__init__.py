"""Todos as they change: commands, what each change leaves behind, and undo."""

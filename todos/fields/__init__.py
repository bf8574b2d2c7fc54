"""What the fields of a todo may hold: priorities, times and repeats, the rules for text, and orders of a list."""

"""A history checker: random operations over two processes, while everything under them fails."""

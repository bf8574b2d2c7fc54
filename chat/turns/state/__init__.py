"""What a turn knows while it runs."""

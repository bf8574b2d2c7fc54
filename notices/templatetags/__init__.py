"""What templates need of notices."""

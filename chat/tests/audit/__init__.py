"""What administrators see of the chat."""

"""From the words of a message to acts, without a conversation."""

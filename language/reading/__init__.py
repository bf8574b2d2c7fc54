"""From one message to acts, whatever was said before it."""

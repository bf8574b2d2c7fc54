"""Models: what they are sent, what they answer, and what is made of it."""

"""What of a model’s text is for the person, what is a thought, and what is a call that was written as text."""

"""A step of a turn: one request to the model, what stands in for the model, and what is noted of it."""

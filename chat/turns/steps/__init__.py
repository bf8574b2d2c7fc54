"""A step of a turn: one request to the model, how long it may take, and what stands in for the model."""

"""What a request carries: fields and JSON of strangers, conditions, and when it was typed."""

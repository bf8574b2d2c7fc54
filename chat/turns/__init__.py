"""What a turn is made of: storage and lease, limits, approvals, the model step, the end of a dead turn."""

"""Programs of others: how they are let in, and what is tried against that."""

"""A person's data: exported, erased, and removed when its time is over."""

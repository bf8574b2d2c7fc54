"""What belongs to a person: taken along, and erased."""

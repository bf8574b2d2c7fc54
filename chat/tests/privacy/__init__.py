"""What is stored of a person: taken along, erased, removed in time."""

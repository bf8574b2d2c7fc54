"""Tags of the todo pages."""

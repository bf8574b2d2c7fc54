"""What an operator does: set up, serve, upgrade, back up, restore."""

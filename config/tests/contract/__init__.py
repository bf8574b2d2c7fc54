"""What clients of the API rely on."""

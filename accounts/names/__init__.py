"""What names, addresses and devices of people look like. Pure."""

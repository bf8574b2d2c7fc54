"""How a request is written, so that the strictest server takes it: a history → messages of either wire format."""

"""Model servers over a real connection: what they are sent, and what they may answer."""

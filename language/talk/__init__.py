"""What a message means in its conversation: “it”, “the second one”, “no, thursday”, “yes”."""

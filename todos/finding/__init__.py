"""Which todos are meant: by words of a title, by their stems, or by a filter."""

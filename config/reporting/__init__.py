"""What the program says of itself: a line in the log, figures and a span for each request."""

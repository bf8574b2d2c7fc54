"""What was said: as a model is sent it (context, window, summaries), and in short (titles, digest)."""

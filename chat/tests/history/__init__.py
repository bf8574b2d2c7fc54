"""What is sent of a history: windows, summaries, titles."""

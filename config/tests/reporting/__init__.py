"""What the program says of itself: probes, metrics, logs, traces."""

"""Several things at the same time: locks, threads, the same request twice."""

"""What is to be said is a row first; a sweep of each process claims it, words it and sends it."""

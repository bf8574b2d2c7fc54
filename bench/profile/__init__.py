"""Where the CPU of a turn goes, as a table and as a flame graph."""

"""How the program is observed: ids for log lines, stage timings, metrics and traces; none holds text of people."""

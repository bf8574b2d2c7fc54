"""The program as it is served: its processes, the servers under it, the proxies before it."""

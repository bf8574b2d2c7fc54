"""Our own site and who is on the other side: proxies in front, origins of pages, and servers that are called."""

"""The program as a whole: settings, addresses, the API object, servers and processes."""

"""What stands around the program in a bench: a scripted model server, people, a proxy, a database that is full."""

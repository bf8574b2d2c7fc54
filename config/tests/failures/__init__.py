"""What breaks under a running program: processes, databases, networks, disks."""

"""What words mean, without Django or a database: `dates`, repeats, and the marks of priority and tag."""

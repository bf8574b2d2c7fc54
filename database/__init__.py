"""How async code reaches the database: `units` of work, `prepared` SQL, and the `cache` that processes share."""

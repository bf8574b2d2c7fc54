"""The second factor: its `codes`, what is `stored` of it, how often it may be tried (`limits`), asked on `pages`."""

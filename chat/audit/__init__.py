"""What an administrator sees of turns: the cockpit, its charts, the search of the admin."""

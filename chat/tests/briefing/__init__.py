"""The briefing: when it comes, what it says, and how people ask for it."""

"""When somebody wants to be reminded: `rule.py` is what is kept of it, `phrases.py` reads the words. No database."""

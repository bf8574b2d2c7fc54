"""Buttons of notices, by signed addresses and on open pages: done, put off, dismissed."""

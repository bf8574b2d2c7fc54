"""Benches: load, language, and the scripted upstream that tests share."""

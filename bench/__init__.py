"""Measures the program from outside: load, scale, language, quality, pages, admin."""

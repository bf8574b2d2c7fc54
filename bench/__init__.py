"""Measures the program from outside: load, scale, language, pages, admin."""

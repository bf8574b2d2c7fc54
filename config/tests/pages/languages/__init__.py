"""The pages in a language that nobody speaks."""

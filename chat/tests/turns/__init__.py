"""Turns: the twelve steps, what is stored of them, and how they end, go on or are taken back."""

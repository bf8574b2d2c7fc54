"""Tokens: how they are read, by whom they are issued, how programs get ours."""

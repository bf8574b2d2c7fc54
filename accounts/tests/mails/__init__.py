"""Mails about an account: addresses, forgotten passwords."""

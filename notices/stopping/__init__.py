"""Ending mails by a link in them, without signing in (RFC 8058)."""

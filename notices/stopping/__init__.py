"""How who reads a mail ends these mails without signing in (RFC 8058)."""

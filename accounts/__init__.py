"""Who is asking: users, sign-ins, tokens, issuers."""

"""Pages of accounts: signing in, settings, and who may see a page at all (`sign_in`)."""

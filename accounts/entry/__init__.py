"""How somebody gets in: passwords, tickets of what was begun, and the sign-ins that come of them."""

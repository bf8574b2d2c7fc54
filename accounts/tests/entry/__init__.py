"""Ways into an account: passwords, passkeys, second factors, and the sign-ins they begin."""

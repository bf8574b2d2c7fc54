"""Sign-in with an outside OpenID provider: the `provider` over the wire, and whose identities are `stored`."""

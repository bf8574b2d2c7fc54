"""Tokens: `access` makes and checks them, `claims` reads one, `jwks` has outside keys, `personal` those of programs.

`digest` is what is stored in their place.
"""

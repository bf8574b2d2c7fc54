"""Passkeys: the site they are bound to (`site`), what is asked and checked (`ceremonies`), what is kept (`stored`).

`views` are the pages of who has an account, `signing_up` those of who makes one.
"""

"""Passkeys: the site they are bound to (`site`), what is asked and checked (`ceremonies`), what is kept (`stored`)."""

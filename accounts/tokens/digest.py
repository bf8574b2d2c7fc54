"""What is stored in the place of a secret: of a token, and of the address of a calendar."""

import hashlib


def digest_of(secret: str) -> str:
    """The hash of any text, to look a secret up by.

    256 random bits need no slow hash, and looking a hash up tells nothing about the secret by its time.
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()

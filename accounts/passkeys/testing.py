"""A device with passkeys for tests: it makes and uses them as the WebAuthn standard has it, and as an attacker may."""

import hashlib
import json
import secrets
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

PRESENT, VERIFIED, SYNCABLE, SYNCED, WITH_KEY = 1, 4, 8, 16, 64


class Device:
    """One passkey of one device. Each of its words can be replaced to play an attacker."""

    def __init__(self, origin: str = "https://testserver", domain: str = "testserver") -> None:
        self.origin, self.domain, self.flags, self.count = origin, domain, PRESENT | VERIFIED, 0
        self.counts = True
        self.credential_id = secrets.token_bytes(32)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.user_handle = b""

    def create(self, options: dict[str, Any]) -> str:
        """The answer to creation options, as a form posts it."""
        self.user_handle = base64url_to_bytes(options["user"]["id"])
        key_data = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + self.public_key()
        attestation = {"fmt": "none", "attStmt": {}, "authData": self.head(WITH_KEY) + key_data}
        response = {
            "clientDataJSON": self.client_data("webauthn.create", options),
            "attestationObject": bytes_to_base64url(cbor2.dumps(attestation)),
            "transports": ["internal", "from the future"],
        }
        return self.credential(response)

    def get(self, options: dict[str, Any]) -> str:
        """The answer to request options."""
        self.count += self.counts
        client_data, head = self.client_data("webauthn.get", options), self.head()
        signed = head + hashlib.sha256(base64url_to_bytes(client_data)).digest()
        response = {
            "clientDataJSON": client_data,
            "authenticatorData": bytes_to_base64url(head),
            "signature": bytes_to_base64url(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            "userHandle": bytes_to_base64url(self.user_handle),
        }
        return self.credential(response)

    def credential(self, response: dict[str, Any]) -> str:
        name = bytes_to_base64url(self.credential_id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})

    def client_data(self, act: str, options: dict[str, Any]) -> str:
        said = {"type": act, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return bytes_to_base64url(json.dumps(said).encode())

    def head(self, more: int = 0) -> bytes:
        flags = bytes([self.flags | more])
        return hashlib.sha256(self.domain.encode()).digest() + flags + self.count.to_bytes(4, "big")

    def public_key(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        point = {-2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        return cbor2.dumps({1: 2, 3: -7, -1: 1, **point})

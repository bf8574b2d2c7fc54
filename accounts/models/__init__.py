"""Users, and what they sign in with."""

from .habits import KeepsHabits
from .users import (
    AccountMail,
    OutsideIdentity,
    Passkey,
    PersonalToken,
    Reading,
    RecoveryCode,
    RefreshToken,
    SecondFactor,
    SecurityEvent,
    SignIn,
    SpentTicket,
    User,
    how_words,
    time_zone_names,
    validate_time_zone,
)

__all__ = [
    "AccountMail",
    "KeepsHabits",
    "OutsideIdentity",
    "Passkey",
    "PersonalToken",
    "Reading",
    "RecoveryCode",
    "RefreshToken",
    "SecondFactor",
    "SecurityEvent",
    "SignIn",
    "SpentTicket",
    "User",
    "how_words",
    "time_zone_names",
    "validate_time_zone",
]

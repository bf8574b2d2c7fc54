"""Users, and what they sign in with."""

from .habits import KeepsHabits
from .records import AccountMail, Reading, SecurityEvent, SpentTicket
from .signing_in import (
    OutsideIdentity,
    Passkey,
    PersonalToken,
    RecoveryCode,
    RefreshToken,
    SecondFactor,
    SignIn,
    how_words,
)
from .users import User, time_zone_names, validate_time_zone

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

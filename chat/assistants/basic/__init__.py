"""The built-in basic assistant: a deterministic model for when no other is configured or in reach."""

from language.clock import Clock
from language.talk.spoken import language_of

from .model import BasicModel, understood_surely

__all__ = ["BasicModel", "Clock", "language_of", "understood_surely"]

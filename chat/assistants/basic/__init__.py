"""The built-in basic assistant: a deterministic model for when no other is configured or in reach."""

from language.clock import Clock

from .model import BasicModel, understood_surely

__all__ = ["BasicModel", "Clock", "understood_surely"]

"""The built-in basic assistant: a deterministic model for when no other is configured or in reach."""

from .model import BasicModel

__all__ = ["BasicModel"]

"""Webhooks: what they are told and when, over a real connection."""

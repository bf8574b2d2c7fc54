"""The basic assistant, step by step: histories in, tool requests or answers out."""

"""The ways a notice reaches a person. A channel is one class in one module of this folder, named in `registry.py`."""

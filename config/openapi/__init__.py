"""The API document: what the library makes of the operations, completed with errors, examples and shapes."""

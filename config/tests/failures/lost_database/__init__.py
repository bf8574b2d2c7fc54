"""A PostgreSQL backend that loses its connection at named moments of a turn, so that a test sees what is told then."""

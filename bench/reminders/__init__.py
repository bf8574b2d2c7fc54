"""The reminder bench: how late 2,000 reminders of one minute are, and whether one is lost or comes twice."""

"""Tags that every template has: icons and parts."""

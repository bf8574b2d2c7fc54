"""Programs as they are known: registered, by a document of their own, and where they may send people back to."""

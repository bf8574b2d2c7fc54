"""A model that somebody talked into anything: it reaches nothing that is not the person’s, and harms no page."""

"""What is somebody's, nobody else reaches, and no log holds."""

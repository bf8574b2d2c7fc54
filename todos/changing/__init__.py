"""What a change leaves behind, how it is taken back, and moves by a distance."""

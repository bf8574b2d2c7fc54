"""What a change leaves behind, how it is taken back, moves by a distance, and the order of a day by hand."""

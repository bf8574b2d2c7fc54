"""What a text is made of: sentences, quotations, dates, marks, names. Nothing here knows what is asked for."""

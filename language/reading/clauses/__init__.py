"""One kind of request each: a clause becomes an act."""

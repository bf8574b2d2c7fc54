"""How well the basic assistant understands sentences, and the sentences that it learns from."""

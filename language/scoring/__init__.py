"""How likely a sentence asks for this or that: a log-linear score of its function words, learnt from examples."""

"""How likely it is that a sentence asks for this or that: a log-linear score over its function words, learnt from
labelled sentences (`make train-language`).
"""

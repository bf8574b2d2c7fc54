"""Languages of the pages: which one somebody is spoken to in, and the catalogues of their sentences in `locale/`.

`chosen.py` is the choice, `catalogues.py` what `make messages` runs. A language is a folder in `locale/`.
"""

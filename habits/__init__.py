"""How a person reads and writes dates, times and weeks: values and pure functions that every room may use.

`values.py` is what a person is used to, `wording.py` how a moment reads to them, `weeks.py` where a week begins,
`regions.py` what is usual where, `speech.py` the language of the moment, `drawing.py` for whom a page is drawn.
"""

"""What a program of somebody else may not do on its own, put to the person: in the program, else on a page of ours.

There is one question, however it is put: whichever door answers first, decides.
"""

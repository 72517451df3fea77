"""The rules of consent: what may be decided, what it adds up to and what it allows.

Pure: no I/O, no clock and no randomness of its own, standard library only. Time, ids and
randomness come in as arguments; words, storage and doors are somebody else's business.
"""

"""Whether a sentence that somebody else wrote says only what the facts behind it say.

A sentence is read into names, numbers with their units, and words with their sense (`words_en`, ...).
Whatever is no name, number or word of the facts, of their generated sentence or of the short list of a
language is doubted: an unknown word may be a claim. `verify` answers for one sentence; who asks falls back
to the generated one where anything is doubted.
"""

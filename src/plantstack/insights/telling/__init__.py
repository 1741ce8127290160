"""Typed facts -> sentences: which of them are worth saying, and how each is said in a language.

`shift` makes facts of a shift, `fact.select` chooses, `render.tell` says them. Nothing is put together from
parts of sentences: a fact is one text with typed values, so that a checker can hold the words to them.
"""

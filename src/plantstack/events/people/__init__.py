"""Who may come in: accounts, their pseudonyms, sessions, paired tablets, and what was done with them.

Names of people stand here and nowhere else: an event carries a pseudonym, and this store can be erased from.
"""

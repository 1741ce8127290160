"""Outside -> events: foreign files and systems, read through a mapping into the one event table.

Read-only towards everything outside: no connector has a call that writes to its source.
"""

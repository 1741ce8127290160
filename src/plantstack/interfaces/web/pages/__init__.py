"""The pages: each is one module with a `PAGE` and one template of the same name.

A style sheet (`NAME.css`) and a script module (`NAME.js`) of the same name are found by themselves.
"""

"""The one object the interfaces use: it wires the parts together and decides nothing itself."""

from plantstack.stack.files.loading import Loaded
from plantstack.stack.project import Stack

__all__ = ["Loaded", "Stack"]

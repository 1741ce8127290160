"""An independent, slow and plain reading of the rules of the books, for tests only."""

from tests.oracle.books import derive
from tests.oracle.model import Books

__all__ = ["Books", "derive"]

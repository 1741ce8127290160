"""A language model behind an address: the one place that knows how endpoints are spoken to, and notes it."""

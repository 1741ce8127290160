"""SQL: rows of a table or query, polled by a column that says when a row changed last."""

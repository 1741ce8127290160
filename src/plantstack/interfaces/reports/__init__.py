"""Pages on paper and in workbooks: the same questions and templates, without a server."""

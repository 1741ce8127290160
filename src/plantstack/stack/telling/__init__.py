"""What the books know of a shift, as the facts that summaries and priorities are made of."""

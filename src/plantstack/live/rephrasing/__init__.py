"""A language model may say sentences otherwise; each is held to its facts, or the generated one stands."""

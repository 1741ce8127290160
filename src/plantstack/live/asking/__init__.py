"""Questions in somebody's own words: a model may look facts up for him, and says nothing beyond them."""

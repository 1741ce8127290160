"""Which pieces become scrap: rules over what was known of them, scored on pieces that no search had seen."""

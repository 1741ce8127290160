"""Words and drawings that the pages of improvement and of the portfolio share."""

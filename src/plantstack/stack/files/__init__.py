"""Files and retractions into the log, and what is worth saying of them."""

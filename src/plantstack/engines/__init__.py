"""Who does the summing; the contract is the same for every engine."""

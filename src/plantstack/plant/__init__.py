"""What the plant IS: plant files -> a frozen `Plant` -> the tables the ledger joins with."""

"""Numbers no formula of sums gives: risks, effects, prices, capability."""

"""A first mapping, drafted from what a source shows: people mend a draft sooner than they begin one."""

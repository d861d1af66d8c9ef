"""Where a model fails: exact search for slices, and how sure it is."""

"""The parameter space, exactly: expressions, conditions, regions. Knows nothing of games."""

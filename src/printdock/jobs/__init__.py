"""Background work: rows that say what is to be done, workers that do it, and the kinds of work there are."""

"""The HTTP API: translates requests into use cases and outcomes into answers, decides nothing."""

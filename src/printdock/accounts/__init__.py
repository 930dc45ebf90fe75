"""People, their roles in shops, sessions, one-time links, API keys, and the record of what they did."""

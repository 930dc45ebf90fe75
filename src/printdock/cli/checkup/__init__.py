"""What `printdock doctor` looks at: one small function for each piece, all of them in `registry.CHECKS`."""

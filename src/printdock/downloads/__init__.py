"""Many files of a shop at once, as one ZIP file."""

"""Copies of a library, and the way back from one."""

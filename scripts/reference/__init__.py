"""Pages of docs/ that are written from the code: every error code, and every command with its options.

``make docs`` writes them; tests/docs/test_reference.py says when that was forgotten.
"""

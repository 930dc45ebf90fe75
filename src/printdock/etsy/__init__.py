"""Etsy's Open API v3: a thin client, sign-in, and how fast calls may come. Knows no database and no setting."""

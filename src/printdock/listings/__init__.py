"""Listings at Etsy: the shop's connection, listing templates, and drafts that are made once and made right."""

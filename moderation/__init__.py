"""Judges: language, sentiment, abuse, complaint, personal data, and from these what each post needs."""

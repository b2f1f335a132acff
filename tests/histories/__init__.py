"""Random histories of customers, people and the bot, played against the gate; see __main__.py and oracle.py."""

"""How the shipped model is made. Never imported at run time."""

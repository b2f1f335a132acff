"""The platforms: one file each, both directions, hear and answer. Imports the domain only."""

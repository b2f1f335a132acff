"""The command line's functions, by what they are about; each loads what it needs only when it is called."""

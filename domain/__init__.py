"""The words of the house: values, ports, errors and the clock. Standard library only."""

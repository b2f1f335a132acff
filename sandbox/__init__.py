"""Look-alikes of X and Slack on loopback, with faults: the demo and the tests talk to them with the real clients."""

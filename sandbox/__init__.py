"""Look-alikes of X, Graph and Slack on loopback, with faults: demo and tests talk to them with the real clients."""

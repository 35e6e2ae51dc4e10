"""How much callers may use: counted in windows, in this process or by all gateways in Redis."""

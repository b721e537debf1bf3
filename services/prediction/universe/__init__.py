"""Statistics over many symbols, which share the market and therefore luck."""

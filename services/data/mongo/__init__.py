"""The MongoDB adapter: bars, catalogue and ledger as documents."""

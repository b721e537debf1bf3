"""The data service: owns daily bars, in MongoDB (the truth) and Redis or Valkey (the cache)."""

"""The prediction service: owns models and scores, and reads bars from the data service."""

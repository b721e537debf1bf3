"""Faults on purpose: a catalogue of scenarios, the means to cause them, and a table of what was seen."""

"""The whole system on one machine, without containers: `python -m local`, which `make run` calls.

Imports none of the deployables; starts them as processes, as every other way of running them does.
"""

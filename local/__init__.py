"""The whole system on one machine, without containers: `python -m local`, which is what `make run` calls.

Imports none of the deployables: it starts them as processes, as any other way of running them does.
"""

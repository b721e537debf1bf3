"""Runs tasks on Dask: on processes of this machine, or on a cluster at an address, with mutual TLS."""

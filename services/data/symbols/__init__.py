"""Which symbols there are, how to find one, and how current its bars are."""

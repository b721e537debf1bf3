"""The only public door: the contract of the API, the docs page and, where it is built, the page itself."""

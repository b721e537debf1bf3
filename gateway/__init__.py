"""The only public service: the API, its documentation and, if it is built, the page."""

"""What refuses a request by its host name or its body before a route sees it."""

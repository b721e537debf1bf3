"""Run by `helm test` in the gateway's image: check that the system is healthy and returns a result."""

import json
import sys
import urllib.error
import urllib.request


def main(gateway: str) -> str:
    """Return a sentence about the system; exit with an error message if a request fails."""
    health = request_json(f"{gateway}/api/health")
    symbols = request_json(f"{gateway}/api/stocks/all")
    if symbols is None:
        return f"Health is {health['status']}; reads need an API key, so no result was requested."
    if not symbols:
        return f"Health is {health['status']}; there are no bars yet, so no result was requested."
    result = request_json(f"{gateway}/api/result", {"stock_symbol": symbols[0]})
    return f"Health is {health['status']}; the result of {result['stock_symbol']} has an MSE of {result['mse']:.4f}."


def request_json(url: str, body: object = None) -> dict | None:
    """Send a request and return the JSON of the response; None if it needs an API key."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        if error.code == 401:
            return None
        sys.exit(f"{url} answers {error.code}: {error.read().decode(errors='replace')}")
    except OSError as error:
        sys.exit(f"{url} does not answer: {error}")


if __name__ == "__main__":
    print(main(sys.argv[1]))

"""What `helm test` runs in the gateway's image: is the system healthy, and does it answer with a result?"""

import json
import sys
import urllib.error
import urllib.request


def main(gateway: str) -> str:
    """Return what was seen, in a sentence; leave with another if it is not well."""
    health = ask(f"{gateway}/api/health")
    symbols = ask(f"{gateway}/api/stocks/all")
    if not symbols:
        return f"Health is {health['status']}; there are no bars yet, so no result was asked for."
    result = ask(f"{gateway}/api/result", {"stock_symbol": symbols[0]})
    return f"Health is {health['status']}; the result of {result['stock_symbol']} has an MSE of {result['mse']:.4f}."


def ask(url: str, body: object = None) -> dict:
    """Return the answer's JSON."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        sys.exit(f"{url} answers {error.code}: {error.read().decode(errors='replace')}")
    except OSError as error:
        sys.exit(f"{url} does not answer: {error}")


if __name__ == "__main__":
    print(main(sys.argv[1]))

"""The scenarios that the system must survive, by id, each with its pass mark.

A: a process or a dependency is gone. B: latency, overload, retries. D: the integrity of data. S: security. A test names
its scenario by `@pytest.mark.scenario("A1")`, wherever in `tests/` it lies; `make test-faults` runs all of them.
"""

GATE = {
    "A1": "cache killed: no 5xx, no wrong body, used again without a restart",
    "A2": "cache hangs: no 5xx, p95 at most 150 ms more",
    "A3": "store killed: cached bars 200, others 503 with Retry-After in time, no acknowledged write lost",
    "A4": "store hangs: as A3, no more threads than before",
    "A5": "data service killed: 503 at once after 5 failures, answers at most 10 s after its restart",
    "A6": "data service hangs: answers within the deadline, other routes unchanged",
    "A7": "prediction service killed while it computes: 502 or 503, the same answer after its restart",
    "A8": "one of two gateways killed under load behind nginx: no request fails",
    "A9": "store steps down: writes 200 or 503, none lost, none twice",
    "A10": "both stores down at the start: alive, not ready, ready by itself at most 10 s after both are there",
    "B1": "slow store: 200 ms add at most 250 ms, 3 s are 503 in at most 2.5 s, other routes unchanged",
    "B2": "a connection is cut, trickles or is silent: no cut body is a 200",
    "B3": "half of the data service's replies are 503: at most 1.25 calls per request, 74 % succeed",
    "B4": "all of them: at most 1.2 calls per request, one probe per pause",
    "B5": "300 callers of one cold key: computed once, one body",
    "B6": "a hot key expires under load: read once from the store, no caller waits twice as long",
    "B7": "ten times as many slow reads as connections: 503 within 1 s, idle afterwards",
    "B8": "10 times overload: goodput 0.85 of capacity, refusals p95 100 ms, probes under 1 s",
    "B9": "every core computes: livez under 200 ms",
    "B10": "500 callers leave after 100 ms: queue empty within 1 s, no descriptor more",
    "B11": "300 half-open sockets: closed within 15 s, honest p95 at most doubled",
    "B12": "rolling restart of each service under load: no request fails",
    "D1": "loader and data service killed 20 times: each symbol wholly old or wholly new",
    "D2": "store killed 20 times: no acknowledged load lost",
    "D3": "10 loads of one symbol at once: one of the inputs is stored",
    "D4": "reads during loads: no mixture",
    "D5": "poisoned cache: a miss, nothing runs, no 5xx",
    "D6": "every odd row and file: accepted, rejected with its row, or refused; nothing by halves",
    "D7": "endless bodies and bombs: 413, memory bounded",
    "D8": "hostile text in an export: never a formula, numbers untouched, reads back",
    "D9": "too few rows: 409 naming need and have, never NaN",
    "D10": "constant and absurd prices: finite answers or a refusal",
    "D11": "gaps by the calendar; later rows change no earlier prediction",
    "D12": "a vendor answers nonsense: refused, stored bars stay",
    "S1": "odd JSON: 4xx problem, input not repeated, duplicates and NaN refused",
    "S2": "odd symbols: 4xx, no new collection",
    "S3": "a write without a key, every detour: 401",
    "S4": "requests of ours go nowhere else: redirects and addresses refused",
    "S5": "hostile headers, smuggling: nothing reflected, 400 or 431, memory bounded",
    "S6": "foreign origins: no access granted, never with credentials",
}
FURTHER = {
    "hiccup 300": "data service stops for 5 s, 10 times, 300 callers: 10 of 10 answered 2 s later, no slot lost",
    "hiccup 1000": "the same with 1,000 callers",
    "headers": "8 times 150 MB of headers: 431, no service more than 20 MB above its rest",
    "bad files": "a file of bad rows: report under 1 MB in 3 s, data service under 300 MB, livez under 250 ms",
    "workers": "one worker killed: only its calls fail; both: 503 in 50 ms until one is ready",
    "stale": "store down past the cache's lifetime: cached bars marked stale, others 503 in 50 ms",
    "limits": "too many requests of one caller: 429 with Retry-After, whatever X-Forwarded-For says",
    "inner token": "a write straight to the data service without the token: refused",
    "API": "generated requests to all three services: no 500, every error as documented",
    "B13": "soak: descriptors and threads flat, memory under 1 % in 10 minutes, p95 drift under 20 %",
}
CATALOGUE = GATE | FURTHER
NOT_MET = {
    "B3": "the marks exclude each other: half of the calls fail, so 1.25 calls per request let at most 62.5 % of the "
    "requests succeed. Chosen: 74 % succeed, for which 1.5 calls per request are needed",
}

"""A page to be timed: free of the program that drives the browser, as a person has it.

Playwright enables the inspector in each of its pages and adds scripts. V8 then records the stack of every error, and a
symbol's page takes a fifth longer than a person's. Playwright does not touch the pages of a context that it did not
create. Such a page is driven through the browser's own session, with Chrome's DevTools Protocol.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, CDPSession

from tests.support.polling import until

WIDTH, HEIGHT = 1440, 900


class BarePage:
    """A page, driven through a DevTools session."""

    def __init__(self, browser: CDPSession, target: str) -> None:
        self._browser = browser
        self._replies: dict[int, dict[str, Any]] = {}
        browser.on("Target.receivedMessageFromTarget", self._receive)
        # Not flat: the replies then arrive as events of the browser's session, which Playwright forwards.
        self._session = browser.send("Target.attachToTarget", {"targetId": target, "flatten": False})["sessionId"]
        self._n_sent = 0

    def send(self, method: str, **params: object) -> dict[str, Any]:
        """Send a command of the protocol and return its result."""
        self._n_sent += 1
        number = self._n_sent
        message = json.dumps({"id": number, "method": method, "params": params})
        self._browser.send("Target.sendMessageToTarget", {"sessionId": self._session, "message": message})
        until(lambda: self._has(number))
        reply = self._replies.pop(number)
        assert "error" not in reply, f"{method}: {reply['error']}"
        result: dict[str, Any] = reply["result"]
        return result

    def evaluate(self, script: str) -> Any:
        """Evaluate a JavaScript expression and return its value."""
        reply = self.send("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in reply, reply["exceptionDetails"]
        return reply["result"].get("value")

    def _has(self, number: int) -> bool:
        self._browser.send("Browser.getVersion")  # Playwright delivers events only while it waits for a reply
        return number in self._replies

    def _receive(self, event: dict[str, Any]) -> None:
        message = json.loads(event["message"])
        if "id" in message:
            self._replies[message["id"]] = message


@contextmanager
def bare_page(browser: Browser, first_script: str) -> Iterator[BarePage]:
    """Open a page with an empty cache, in which `first_script` runs before the scripts of any address."""
    session = browser.new_browser_cdp_session()
    context = session.send("Target.createBrowserContext")["browserContextId"]
    target = {"url": "about:blank", "browserContextId": context, "width": WIDTH, "height": HEIGHT}
    page = BarePage(session, session.send("Target.createTarget", target)["targetId"])
    page.send("Page.enable")
    page.send("Page.addScriptToEvaluateOnNewDocument", source=first_script)
    page.send("Emulation.setDeviceMetricsOverride", width=WIDTH, height=HEIGHT, deviceScaleFactor=1, mobile=False)
    try:
        yield page
    finally:
        session.send("Target.disposeBrowserContext", {"browserContextId": context})
        session.detach()

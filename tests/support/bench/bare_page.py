"""A page as a person has it, for what is timed: with nothing in it of the program that drives it.

Playwright enables the inspector in each page that it knows, and adds scripts of its own. V8 then keeps the stack of
every error that is made, and the page of a symbol is there a fifth later than a person's. The pages of a context that
Playwright has not made it leaves alone. Such a page is spoken to through the browser's own session, by Chrome's
DevTools Protocol.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, CDPSession

from tests.support.polling import until

WIDTH, HEIGHT = 1440, 900


class BarePage:
    """A page by its DevTools session."""

    def __init__(self, browser: CDPSession, target: str) -> None:
        self._browser = browser
        self._replies: dict[int, dict[str, Any]] = {}
        browser.on("Target.receivedMessageFromTarget", self._receive)
        # Not flat: the replies then come as events of the browser's session, which Playwright passes on to us.
        self._session = browser.send("Target.attachToTarget", {"targetId": target, "flatten": False})["sessionId"]
        self._n_sent = 0

    def send(self, method: str, **params: object) -> dict[str, Any]:
        """Return the result of a command of the protocol."""
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
        """Return what an expression of JavaScript is."""
        found = self.send("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def _has(self, number: int) -> bool:
        self._browser.send("Browser.getVersion")  # events come in only while Playwright waits for something
        return number in self._replies

    def _receive(self, event: dict[str, Any]) -> None:
        message = json.loads(event["message"])
        if "id" in message:
            self._replies[message["id"]] = message


@contextmanager
def bare_page(browser: Browser, first_script: str) -> Iterator[BarePage]:
    """Yield a page with an empty cache, in which `first_script` runs before those of any address."""
    session = browser.new_browser_cdp_session()
    context = session.send("Target.createBrowserContext")["browserContextId"]
    where = {"url": "about:blank", "browserContextId": context, "width": WIDTH, "height": HEIGHT}
    page = BarePage(session, session.send("Target.createTarget", where)["targetId"])
    page.send("Page.enable")
    page.send("Page.addScriptToEvaluateOnNewDocument", source=first_script)
    page.send("Emulation.setDeviceMetricsOverride", width=WIDTH, height=HEIGHT, deviceScaleFactor=1, mobile=False)
    try:
        yield page
    finally:
        session.send("Target.disposeBrowserContext", {"browserContextId": context})
        session.detach()

"""A headless Chromium that tells every request and every complaint.

It is driven over WebDriver; what it keeps lies in a folder of its own.
"""

import base64
import json
import shutil
from pathlib import Path
from typing import Any

from support.processes import wait_until

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
except ImportError:
    webdriver = None

PATIENCE = 120.0
ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
    "--disable-dev-shm-usage", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
    "--force-device-scale-factor=1",
)
WIDTH, HEIGHT = 1400, 1000


def missing() -> str | None:
    """What keeps a browser from being started; None: nothing does."""
    if webdriver is None:
        return "no python3-selenium"
    for program in ("chromium", "chromedriver"):
        if shutil.which(program) is None:
            return f"no {program}"
    return None


class Browser:
    """One window, from the start until stop()."""

    def __init__(self, directory: Path) -> None:
        options = Options()
        options.binary_location = shutil.which("chromium")
        options.set_capability(
            "goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"}
        )
        for argument in ARGUMENTS:
            options.add_argument(argument)
        options.add_argument(f"--user-data-dir={directory}")
        options.add_argument("--host-resolver-rules=MAP * ~NOTFOUND, "
                             "EXCLUDE 127.0.0.1")
        self._driver = webdriver.Chrome(
            service=Service(shutil.which("chromedriver")), options=options
        )
        self._driver.set_script_timeout(60)
        self.reset()

    def stop(self) -> None:
        """Close it."""
        self._driver.quit()

    def reset(self) -> None:
        """As it was at its start: an empty page, nothing told yet."""
        self.resize(WIDTH, HEIGHT)
        self.prefer(dark=False)
        self.speak("en-US")
        self.live_in("UTC")
        self.allow_scripts(True)
        self.command("Network.clearBrowserCookies")
        self.command("Storage.clearDataForOrigin", origin="file://",
                     storageTypes="local_storage")
        self._driver.get("about:blank")
        self.complaints()
        self.requests()

    def open(self, page: Path | str, fragment: str = "") -> None:
        """Load a file or a URL and wait for its `load` event."""
        url = page.as_uri() if isinstance(page, Path) else page
        self._driver.get("about:blank")  # another fragment would load nothing
        self._driver.get(url + fragment)

    def run(self, script: str, *arguments: Any) -> Any:
        """The value a script returns; `await` may stand in it."""
        done = self._driver.execute_async_script(
            "const [done, args] = [arguments[arguments.length - 1],"
            " [...arguments].slice(0, -1)];"
            "const frame = () => new Promise((go) =>"
            "  requestAnimationFrame(() => setTimeout(go)));"
            "const find = (selector) => document.querySelector(selector);"
            "const all = (selector) =>"
            "  [...document.querySelectorAll(selector)];"
            f"(async () => {{ {script} }})().then("
            "(value) => done({ value }),"
            "(error) => done({ error: String(error) }));",
            *arguments,
        )
        if "error" in done:
            raise AssertionError(f"{done['error']} in {script}")
        return done.get("value")

    def command(self, name: str, **parameters: Any) -> Any:
        """A command of the DevTools protocol."""
        return self._driver.execute_cdp_cmd(name, parameters)

    def resize(self, width: int, height: int, *, phone: bool = False) -> None:
        """The size of the page."""
        self.command("Emulation.setDeviceMetricsOverride", width=width,
                     height=height, deviceScaleFactor=1, mobile=phone)

    def prefer(self, *, dark: bool, media: str = "") -> None:
        """What the reader's system prefers; media may be "print"."""
        scheme = {"name": "prefers-color-scheme",
                  "value": "dark" if dark else "light"}
        self.command("Emulation.setEmulatedMedia", media=media,
                     features=[scheme])

    def speak(self, languages: str) -> None:
        """The languages it asks for, such as "zh-CN,zh"."""
        agent = self.run("return navigator.userAgent;")
        self.command("Network.setUserAgentOverride", userAgent=agent,
                     acceptLanguage=languages)

    def live_in(self, zone: str) -> None:
        """The time zone of its clock, such as "Asia/Shanghai"."""
        self.command("Emulation.setTimezoneOverride", timezoneId=zone)

    def wait_for(self, condition: str, *arguments: Any) -> None:
        """Wait until an expression is true of the page."""
        wait_until(
            lambda: self.run(f"return Boolean({condition});", *arguments),
            f"{condition} {arguments}", PATIENCE,
        )

    def point(self, x: float, y: float) -> None:
        """Move the mouse to a place in the window."""
        self.command("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def allow_scripts(self, are_allowed: bool) -> None:
        """As the reader's own setting, from the next page on."""
        self.command("Emulation.setScriptExecutionDisabled",
                     value=not are_allowed)

    def click(self, x: float, y: float) -> None:
        """Press and release the mouse at a place in the window."""
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.command("Input.dispatchMouseEvent", type=kind, x=x, y=y,
                         button="none" if kind == "mouseMoved" else "left",
                         clickCount=int(kind != "mouseMoved"))

    def drag(
        self, start: tuple[float, float], end: tuple[float, float]
    ) -> None:
        """Move the mouse from one place to another, its button pressed."""
        steps = (("mouseMoved", start), ("mousePressed", start),
                 ("mouseMoved", end), ("mouseReleased", end))
        pressed = False
        for kind, (x, y) in steps:
            pressed = kind == "mousePressed" or pressed
            self.command("Input.dispatchMouseEvent", type=kind, x=x, y=y,
                         button="left" if pressed else "none",
                         buttons=int(pressed), clickCount=1)

    def press(self, *keys: str) -> None:
        """Press keys, one after the other, wherever the focus is."""
        for key in keys:
            text = key if len(key) == 1 else ("\r" if key == "Enter" else "")
            self.command("Input.dispatchKeyEvent", type="keyDown", key=key,
                         text=text)
            self.command("Input.dispatchKeyEvent", type="keyUp", key=key)

    def complaints(self) -> list[str]:
        """What its console was told since the last call."""
        return [entry["message"] for entry in self._driver.get_log("browser")]

    def requests(self) -> list[str]:
        """The URLs asked for since the last call, data: URLs left out."""
        urls = []
        for entry in self._driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                urls.append(message["params"]["request"]["url"])
        return [url for url in urls if not url.startswith("data:")]

    def pdf(self) -> bytes:
        """The page on paper."""
        printed = self.command("Page.printToPDF", printBackground=True)
        return base64.b64decode(printed["data"])

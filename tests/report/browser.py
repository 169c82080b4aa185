"""Pages of reports in a headless Chromium, by Debian's python3-selenium and chromium-driver."""

import atexit
import pathlib
import shutil
import signal
import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
]
SERVERS = {"chromium": shutil.which("chromium"), "chromedriver": shutil.which("chromedriver")}

# As Ctrl-C: the tests end, and take their browsers along.
signal.signal(signal.SIGTERM, signal.default_int_handler)


class Browser:
    """A browser with a folder of its own. Leave it with `close`."""

    def __init__(self, width=1280, height=900):
        self.folder = tempfile.TemporaryDirectory(prefix="report-page-")
        options = webdriver.ChromeOptions()
        options.binary_location = SERVERS["chromium"]
        for flag in FLAGS + [f"--user-data-dir={self.folder.name}/profile"]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service(SERVERS["chromedriver"]), options=options)
        atexit.register(self.driver.quit)  # where the tests end early
        self.size(width, height)

    def close(self):
        atexit.unregister(self.driver.quit)
        self.driver.quit()
        self.folder.cleanup()

    def size(self, width, height, scale=1):
        self.cdp(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=width < 600,
        )

    def media(self, **features):
        """Sets media features such as prefers_color_scheme="dark"; without, the system's."""
        self.cdp(
            "Emulation.setEmulatedMedia",
            features=[
                {"name": name.replace("_", "-"), "value": value} for name, value in features.items()
            ],
        )

    def cdp(self, command, **arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def open(self, html):
        """Opens this page as a file, as a user does."""
        path = pathlib.Path(self.folder.name, "report.html")
        path.write_text(html, encoding="utf-8")
        self.open_file(path)

    def open_file(self, path):
        self.driver.get(pathlib.Path(path).resolve().as_uri())

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def later(self, script, *arguments):
        """The result of a script that calls done(result)."""
        self.driver.set_script_timeout(60)
        return self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];" + script, *arguments
        )

    def at_rest(self):
        """Waits until the map stands still: two frames with the same view and time."""
        self.later(
            """
          let last = "";
          const look = () => {
            const now = JSON.stringify(map.now);
            if (now === last) return done();
            last = now;
            setTimeout(() => requestAnimationFrame(look), 120);
          };
          look();"""
        )

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def messages(self):
        """What the console had to say since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def place(self, word):
        """Where a word is drawn on the map, in pixels of the canvas."""
        return self.js(
            """
          const chart = Chart.getChart("map-chart");
          for (let i = 0; i < chart.data.datasets.length; ++i) {
            const series = chart.data.datasets[i];
            if (series.color === undefined) continue;
            const k = series.data.findIndex((p) => map.data.words[p.word] === arguments[0]);
            if (k >= 0) { const {x, y} = chart.getDatasetMeta(i).data[k]; return [x, y]; }
          }
          return null;""",
            word,
        )

"""What the tests of the page of a report share."""

import unittest

import assemble
import browser
import fake_data
from selenium.webdriver.common.action_chains import ActionChains

USUAL_DATA = fake_data.usual()
USUAL = assemble.page(USUAL_DATA)

# What is wider than the window, but for what scrolls or is cut on purpose.
OVERFLOW = """
  const wide = [...document.querySelectorAll("body *")].filter((node) => {
    const box = node.getBoundingClientRect();
    const meant = node.closest(".scroll, .hidden-text, .bar ul, .segments, .chips");
    return box.right > innerWidth + 1 && box.width > 0 && !meant;
  });
  return wide.slice(0, 5).map((node) => `${node.tagName}#${node.id}.${node.className}`)
      .concat(document.documentElement.scrollWidth > innerWidth ? ["the page"] : []);"""


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = browser.Browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()

    def setUp(self):
        self.browser.size(1280, 900)
        self.browser.media()

    def show(self, html=USUAL):
        self.browser.messages()
        self.browser.open(html)
        self.assert_quiet()

    def assert_quiet(self):
        self.assertEqual(self.browser.messages(), [])
        self.assertEqual(
            self.browser.js('return document.getElementById("trouble").textContent'), ""
        )

    def js(self, script, *arguments):
        return self.browser.js(script, *arguments)

    def keys(self, *keys):
        ActionChains(self.browser.driver).send_keys(*keys).perform()

    def press(self, selector):
        self.center(selector).click()

    def center(self, selector):
        """Moves an element into view: the bar at the top lies over the page."""
        node = self.browser.find(selector)
        self.js('arguments[0].scrollIntoView({block: "center", behavior: "instant"})', node)
        return node

    def choose_way(self, number):
        self.js('document.querySelectorAll("#ways input")[arguments[0]].click()', number)

    def map_middle(self):
        """The middle of the map, in pixels of its canvas."""
        return self.js('const c = Chart.getChart("map-chart"); return [c.width / 2, c.height / 2]')

    def set_epoch(self, number):
        """Puts the slider to this place."""
        script = """
          const slider = document.getElementById("epoch");
          slider.value = arguments[0];
          slider.dispatchEvent(new Event("input"));"""
        self.js(script, number)
        self.browser.at_rest()

    def texts(self, selector):
        """The first text in each of the elements."""
        nodes = "[...document.querySelectorAll(arguments[0])]"
        script = f"return {nodes}.map((n) => n.firstChild.textContent)"
        return self.js(script, selector)

    def numbers(self, selector):
        return [int(text.replace(",", "")) for text in self.texts(selector)]

    def how_many(self, condition, selector):
        """How many elements meet a condition on `n`."""
        script = f"return [...document.querySelectorAll(arguments[0])].filter((n) => {condition})"
        return len(self.js(script, selector))

    def points(self, chart, series):
        """The data of the series of a chart of which a condition on `d` holds."""
        script = f"return Chart.getChart(arguments[0]).data.datasets.filter((d) => {series})"
        return [point for data in self.js(script + ".map((d) => d.data)", chart) for point in data]

    def text(self, selector):
        return self.browser.find(selector).text

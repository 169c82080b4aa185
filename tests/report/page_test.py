#!/usr/bin/env python3
"""The page of a report in headless Chromium.

  page_test.py [TRAIN_SENTIMENT] [unittest's options]

With the program, the page of a real training is tried too. Exits with 77 where Chromium, its driver,
Selenium or the chart library is missing.
"""

import os
import subprocess
import sys
import tempfile
import unittest

import assemble
import fake_data

try:
    import browser
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys
except ImportError:
    browser = None

absent = [name for name, there in [
    ("python3-selenium", browser), ("libjs-chart.js", assemble.chart_library()),
    ("chromium", browser and browser.SERVERS["chromium"]),
    ("chromium-driver", browser and browser.SERVERS["chromedriver"])] if not there]
if absent:
    print(f"no {', '.join(absent)}: skipped")
    sys.exit(77)

TRAIN_SENTIMENT = sys.argv.pop(1) if len(sys.argv) > 1 and os.path.exists(sys.argv[1]) else None
USUAL = assemble.page(fake_data.usual())
WORDS = fake_data.usual()["ways"][1]["recorded"]["words"]

OVERFLOW = """
  const wide = [...document.querySelectorAll("body *")].filter((node) => {
    const box = node.getBoundingClientRect();
    return box.right > innerWidth + 1 && box.width > 0 && !node.closest(".scroll, .hidden-text, .bar ul, .segments, .chips");
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
        self.browser.open(html)
        self.browser.messages()
        self.browser.driver.refresh()  # with the console watched from the start
        self.assert_quiet()

    def assert_quiet(self):
        self.assertEqual(self.browser.messages(), [])
        self.assertEqual(self.browser.js('return document.getElementById("trouble").textContent'), "")

    def js(self, script, *arguments):
        return self.browser.js(script, *arguments)

    def keys(self, *keys):
        ActionChains(self.browser.driver).send_keys(*keys).perform()

    def press(self, selector):
        """Clicks on what is moved into view first: the bar at the top lies over the page."""
        node = self.browser.find(selector)
        self.js('arguments[0].scrollIntoView({block: "center", behavior: "instant"})', node)
        node.click()

    def text(self, selector):
        return self.browser.find(selector).text


class EveryReport(PageTest):
    """Whatever was trained, the page shows it without a complaint and without overflow."""

    def check_kind(self, kind):
        self.show(assemble.page(fake_data.KINDS[kind]()))
        for width in [1280, 768, 360]:
            self.browser.size(width, 800)
            self.browser.at_rest() if kind != "nothing_recorded" else None
            self.assertEqual(self.js(OVERFLOW), [], f"{kind} at {width} pixels")
        self.assertEqual(self.js('return performance.getEntriesByType("resource").map((e) => e.name)'), [])
        ways = self.browser.driver.find_elements("css selector", "#ways input")
        for way in ways:
            self.js("arguments[0].click()", way)
        self.assert_quiet()
        charts = self.js('return [...document.querySelectorAll("section:not([hidden]) canvas")].filter((c) => !Chart.getChart(c)).map((c) => c.id)')
        self.assertEqual(charts, [])

    def test_usual(self):
        self.check_kind("usual")

    def test_one_way(self):
        self.check_kind("one_way")
        self.assertIn("One run", self.text("#headline-detail"))

    def test_all_frozen(self):
        self.check_kind("all_frozen")
        self.assertFalse(self.browser.find("#moved").is_displayed())
        self.assertIn("frozen", self.text("#map-text"))

    def test_nothing_recorded(self):
        self.check_kind("nothing_recorded")
        self.js('document.querySelectorAll("#ways input")[0].click()')
        self.assertTrue(self.browser.find("#not-recorded").is_displayed())
        self.assertFalse(self.browser.find("#map").is_displayed())
        self.js('document.querySelectorAll("#ways input")[1].click()')
        self.assertFalse(self.browser.find("#not-recorded").is_displayed())
        self.assertTrue(self.browser.find("#map").is_displayed())

    def test_one_epoch(self):
        self.check_kind("one_epoch")

    def test_three_classes(self):
        self.check_kind("three_classes")
        self.assertEqual(len(self.browser.driver.find_elements("css selector", "#confusion tbody td")), 9)
        self.assertIn("Sports", self.text("#map-legend"))

    def test_no_test(self):
        self.check_kind("no_test")
        self.assertIn("dev", self.text("#results-caption"))
        self.assertNotIn("Test", self.text("#results-table thead"))

    def test_strange_words(self):
        self.check_kind("strange_words")
        self.assertEqual(self.js('return document.querySelectorAll("body b:not(.track b), body i:not(.track i, .steps i)").length'), 0)
        words = self.js('return [...document.querySelectorAll("#moved-table tbody bdi")].map((n) => n.textContent)')
        self.assertIn("</script><b>bold</b>", words)
        for word in ["constructor", "__proto__", "{{title}}", "שלום"]:
            self.js("pickWord(arguments[0])", word)
            self.browser.at_rest()
            self.assertEqual(self.text("#word h3 bdi"), word)
        self.assert_quiet()

    def test_damaged_data_is_said(self):
        self.browser.open(USUAL.replace('"format_version":1', '"format_version":2', 1))
        self.assertIn("format version 2", self.text("#trouble"))


class Headline(PageTest):
    def test_the_best_way_and_its_lead_are_told(self):
        self.show()
        report = fake_data.usual()
        best = max(report["ways"], key=lambda way: way["test"]["mean"])
        self.assertIn(f"{100 * best['test']['mean']:.1f}", self.text("h1"))
        rows = self.browser.driver.find_elements("css selector", "#results-table tbody tr")
        self.assertEqual(len(rows), 4)
        for way, row in zip(report["ways"], rows):
            self.assertIn(f"{100 * way['test']['mean']:.1f}", row.text)

    def test_a_lead_within_the_spread_is_level(self):
        report = fake_data.one_epoch()
        for way, scores in zip(report["ways"], [[.80, .82, .81], [.82, .80, .805]]):
            way["runs"] = [{**way["runs"][0], "seed": s, "test_accuracy": score} for s, score in enumerate(scores)]
            way["test"] = {"mean": sum(scores) / 3, "sd": .01}
        self.show(assemble.page(report))
        self.assertIn("level", self.text("h1"))


class Map(PageTest):
    def set_epoch(self, epoch):
        self.js("""const slider = document.getElementById("epoch"); slider.value = arguments[0];
                   slider.dispatchEvent(new Event("input"));""", epoch)
        self.browser.at_rest()

    def test_the_slider_moves_points(self):
        self.show()
        self.set_epoch(0)
        before = {word: self.browser.place(word) for word in ["bad", "great"]}
        self.assertEqual(self.text("#epoch-text"), "before training")
        self.set_epoch(10)
        after = {word: self.browser.place(word) for word in ["bad", "great"]}
        self.assertLess(after["bad"][0], before["bad"][0] - 20)  # in the made-up data it goes left
        self.assertGreater(after["great"][0], before["great"][0] + 20)
        self.assertEqual(self.text("#epoch-text"), "epoch 10")

    def test_all_words_are_points(self):
        self.show()
        drawn = 'return Chart.getChart("map-chart").data.datasets.filter((d) => d.color !== undefined).reduce((n, d) => n + d.data.length, 0)'
        self.assertEqual(self.js(drawn), 5000)
        self.js('const s = document.getElementById("shown"); s.value = "100"; s.dispatchEvent(new Event("change"))')
        self.assertEqual(self.js(drawn), 100)

    def test_play_goes_to_the_last_epoch_and_stops(self):
        self.show()
        self.set_epoch(7)
        self.press("#play")
        self.browser.later('const look = () => playing ? setTimeout(look, 50) : done(); look();')
        self.assertEqual(self.js('return map.now.time'), 10)
        self.assertEqual(self.text("#play"), "Play")

    def test_with_reduced_motion_points_jump(self):
        self.browser.media(prefers_reduced_motion="reduce")
        self.show()
        times = self.browser.later("""
          const seen = []; const draw = drawMap;
          goToTime(0); let frames = 0;
          const look = () => { seen.push(map.now.time); ++frames < 12 ? requestAnimationFrame(look) : done(seen); };
          requestAnimationFrame(look);""")
        self.assertEqual([t for t in times if t not in (0, self.js("return keptTime()"))], [])

    def test_other_ways_have_their_own_map(self):
        self.show()
        self.js('document.querySelectorAll("#ways input")[1].click()')
        fine = self.browser.place("bad")
        self.js('document.querySelectorAll("#ways input")[2].click()')
        self.assertNotEqual(self.browser.place("bad"), fine)

    def test_zoom_and_pan(self):
        self.show()
        canvas = self.browser.find("#map-chart")
        whole = self.js("return map.now.scale")
        self.press("#zoom-in")
        self.browser.at_rest()
        self.assertAlmostEqual(self.js("return map.now.scale"), whole / 1.6)
        before = self.browser.place("bad")
        ActionChains(self.browser.driver).move_to_element(canvas).click_and_hold().move_by_offset(50, 30).release().perform()
        self.browser.at_rest()
        after = self.browser.place("bad")
        self.assertAlmostEqual(after[0] - before[0], 50, delta=1)
        self.assertAlmostEqual(after[1] - before[1], 30, delta=1)
        self.js("""document.getElementById("map-chart").dispatchEvent(new WheelEvent("wheel", {deltaY: -100, ctrlKey: true, cancelable: true}))""")
        self.assertLess(self.js("return map.now.scale"), whole / 1.6)
        self.press("#zoom-all")
        self.browser.at_rest()
        self.assertAlmostEqual(self.js("return map.now.scale"), whole)

    def test_two_fingers_zoom(self):
        self.show()
        self.browser.size(360, 800)
        self.js('document.getElementById("map-plot").scrollIntoView({block: "center", behavior: "instant"})')
        self.browser.at_rest()
        box = self.js('const r = document.getElementById("map-chart").getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]')
        whole = self.js("return map.now.scale")
        def touch(kind, *offsets):
            self.browser.cdp("Input.dispatchTouchEvent", type=kind, touchPoints=[
                {"x": box[0] + d, "y": box[1], "id": i} for i, d in enumerate(offsets)])
        touch("touchStart", -30)
        touch("touchStart", -30, 30)
        for apart in [40, 50, 60]:
            touch("touchMove", -apart, apart)
        touch("touchEnd")
        self.browser.at_rest()
        self.assertAlmostEqual(self.js("return map.now.scale"), whole / 2, delta=whole / 50)

    def test_5000_words_stay_fluid(self):
        self.show()
        draws = self.browser.later("""
          const times = [], pixels = document.getElementById("map-chart").getContext("2d");
          let i = 0;
          const one = () => {
            map.now.time = 10 * (i % 24) / 24;
            const start = performance.now();
            drawMap();
            pixels.getImageData(0, 0, 1, 1);  // makes the browser paint what was drawn
            times.push(performance.now() - start);
            ++i < 48 ? requestAnimationFrame(one) : done(times.slice(8));
          };
          requestAnimationFrame(one);""")
        frames = self.browser.later("""
          const times = []; let last = null;
          moveMap({time: 0}, () => moveMap({time: 10}, () => done(times), 1000), 1);
          const tick = (now) => { if (last !== null) times.push(now - last); last = now; requestAnimationFrame(tick); };
          requestAnimationFrame(tick);""")
        median = sorted(frames)[len(frames) // 2]
        drawn = sorted(draws)[len(draws) // 2]
        print(f"drawing: {min(draws):.1f} ms at best, {drawn:.1f} in the middle; "
              f"frames: {min(frames):.1f} ms at best, {median:.1f} in the middle")
        self.assertLess(min(draws), 50)  # the best: others may use the machine


class Search(PageTest):
    def type(self, *keys):
        box = self.browser.find("#search")
        box.clear()
        box.send_keys(*keys)
        self.browser.at_rest()

    def test_it_finds_a_word_and_shows_its_path(self):
        self.show()
        self.type("bad", Keys.ENTER)
        self.assertEqual(self.text("#word h3 bdi"), "bad")
        path = self.js("""const d = Chart.getChart("map-chart").data.datasets.find((d) => d.name === "path");
                          return d.data.map((p) => p.epoch)""")
        self.assertEqual(path, list(range(11)))
        x, y = self.browser.place("bad")
        size = self.js('const c = Chart.getChart("map-chart"); return [c.width / 2, c.height / 2]')
        self.assertAlmostEqual(x, size[0], delta=2)
        self.assertAlmostEqual(y, size[1], delta=2)
        self.assertIn("Times in train", self.text("#word"))

    def test_suggestions_are_walked_with_the_arrow_keys(self):
        self.show()
        self.type("wor")
        options = [e.text.split("\n")[0] for e in self.browser.driver.find_elements("css selector", "#suggestions li")]
        self.assertIn("worst", options)
        self.assertTrue(all("wor" in option for option in options), options)
        self.browser.find("#search").send_keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ENTER)
        self.assertEqual(self.text("#word h3 bdi"), options[1])
        self.assertFalse(self.browser.find("#suggestions").is_displayed())

    def test_what_is_not_there_is_said(self):
        self.show()
        self.type("zzzz", Keys.ENTER)
        self.assertIn("zzzz", self.text("#search-note"))
        self.assertIn("5,000", self.text("#search-note"))

    def test_a_click_on_a_point_picks_its_word(self):
        self.show()
        self.js('document.getElementById("map-plot").scrollIntoView({block: "center", behavior: "instant"})')
        x, y = self.browser.place(self.js("return map.data.words[map.movers[0]]"))
        canvas = self.browser.find("#map-chart")
        size = self.js('const c = Chart.getChart("map-chart"); return [c.width, c.height]')
        ActionChains(self.browser.driver).move_to_element_with_offset(canvas, int(x - size[0] / 2), int(y - size[1] / 2)).click().perform()
        self.assertEqual(self.text("#word h3 bdi"), self.js("return map.data.words[map.movers[0]]"))


class Keyboard(PageTest):
    def test_tab_reaches_all_that_can_be_used_and_shows_where_it_is(self):
        self.show()
        self.browser.media(prefers_reduced_motion="reduce")
        wanted = self.js("""
          return [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
              .filter((n) => n.getClientRects().length && !n.disabled && !(n.type === "radio" && !n.checked))
              .map((n, i) => n.dataset.reach = String(i));""")
        self.js("document.activeElement.blur()")
        reached, unseen = set(), []
        for _ in range(len(wanted) + 20):
            self.keys(Keys.TAB)
            mark, seen, what = self.js("""
              const n = document.activeElement;
              const shows = (m) => getComputedStyle(m).outlineStyle !== "none" && parseFloat(getComputedStyle(m).outlineWidth) >= 2;
              return [n.dataset.reach, shows(n) || (n.parentElement && shows(n.parentElement)), n.tagName + "#" + n.id];""")
            reached.add(mark)
            if mark is not None and not seen:
                unseen.append(what)
        self.assertEqual([w for w in wanted if w not in reached], [])
        self.assertEqual(unseen, [])

    def test_the_slider_the_map_and_the_ways(self):
        self.show()
        slider = self.browser.find("#epoch")
        slider.send_keys(Keys.HOME)
        self.browser.at_rest()
        before = self.browser.place("bad")
        slider.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
        self.browser.at_rest()
        self.assertEqual(self.text("#epoch-text"), "epoch 2")
        self.assertNotEqual(self.browser.place("bad"), before)
        scale = self.js("return map.now.scale")
        self.js('document.getElementById("map-chart").focus()')
        self.keys("+")
        self.browser.at_rest()
        self.assertLess(self.js("return map.now.scale"), scale)
        middle = self.js("return map.now.x")
        self.keys(Keys.ARROW_RIGHT)
        self.browser.at_rest()
        self.assertGreater(self.js("return map.now.x"), middle)
        chosen = self.js("return page.way")
        self.js('document.querySelector("#ways input:checked").focus()')
        self.keys(Keys.ARROW_RIGHT)
        self.assertNotEqual(self.js("return page.way"), chosen)


class Sections(PageTest):
    def test_the_table_of_moved_words_sorts(self):
        self.show()
        def words():
            return [e.text for e in self.browser.driver.find_elements("css selector", "#moved-table tbody th")]
        recorded = next(w for w in fake_data.usual()["ways"] if w["name"] == self.js("return page.report.ways[page.way].name"))["recorded"]
        most = sorted(range(5000), key=lambda i: -recorded["moved"][i])[:15]
        self.assertEqual(words(), [WORDS[i] for i in most])
        self.js('document.querySelectorAll("#moved-table thead button")[2].click()')
        counts = self.js('return [...document.querySelectorAll("#moved-table tbody tr td:nth-child(4)")].map((n) => Number(n.textContent.replace(",", "")))')
        self.assertEqual(counts, sorted(counts, reverse=True))
        self.press("#moved-more")
        self.assertEqual(len(words()), 100)

    def test_neighbours_that_left_and_came_are_marked(self):
        self.show()
        recorded = next(w for w in fake_data.usual()["ways"] if w["name"] == self.js("return page.report.ways[page.way].name"))["recorded"]
        asked = next(entry for entry in recorded["neighbours"] if entry.get("asked"))
        card = self.browser.find("#neighbours-cards li")
        self.assertIn("bad", card.text)
        before, after = ({w for w, _ in asked[side]} for side in ["before", "after"])
        shown = self.js("""const names = (c) => [...arguments[0].querySelectorAll(c + " bdi")].map((n) => n.textContent);
                           return [names(".gone"), names(".new")]""", card)
        self.assertEqual([set(s) for s in shown], [before - after, after - before])

    def test_the_padding_row_is_at_zero_in_the_chart_and_in_words(self):
        self.show()
        values = self.js('return Chart.getChart("row-gradient").data.datasets.find((d) => d.label === "padding row").data.map((p) => p.y)')
        self.assertEqual(set(values), {0})
        self.assertIn("The padding row got no gradient in any of", self.text("#rows"))

    def test_confusion_adds_up(self):
        self.show()
        counts = self.js('return [...document.querySelectorAll("#confusion tbody td")].map((n) => Number(n.firstChild.textContent.replace(",", "")))')
        self.assertEqual(sum(counts), 1820)

    def test_the_licence_is_in_the_page(self):
        self.show()
        self.assertIn("Chart.js", self.js('return document.querySelector("footer pre").textContent'))


class Looks(PageTest):
    COLORS = """
      const pixel = (id) => { const c = document.getElementById(id); const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
        const seen = {}; for (let i = 0; i < d.length; i += 4) if (d[i + 3] > 200) { const k = [d[i], d[i+1], d[i+2]].join(); seen[k] = (seen[k] || 0) + 1; }
        return Object.keys(seen).sort((a, b) => seen[b] - seen[a])[0]; };
      return [getComputedStyle(document.documentElement).backgroundColor, getComputedStyle(document.body).color, pixel("map-chart"), pixel("results-chart")];"""

    def test_dark_mode_has_its_own_colours_and_follows_a_change(self):
        self.browser.media(prefers_color_scheme="light")
        self.show()
        light = self.js(self.COLORS)
        self.browser.media(prefers_color_scheme="dark")
        self.js("return new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))")
        dark = self.js(self.COLORS)
        for a, b in zip(light, dark):
            self.assertNotEqual(a, b)

    def test_paper_is_light_and_has_no_controls(self):
        self.browser.media(prefers_color_scheme="dark")
        self.show()
        self.js('dispatchEvent(new Event("beforeprint"))')
        self.browser.cdp("Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}])
        self.assertEqual(self.js('return getComputedStyle(document.body).color'), "rgb(28, 33, 38)")
        self.assertEqual(self.js('return [...document.querySelectorAll(".controls, .bar")].filter((n) => n.getClientRects().length).length'), 0)
        self.assertEqual(self.js('return [...document.querySelectorAll("canvas")].filter((n) => !n.width || !n.getClientRects().length).length'), 0)
        self.browser.cdp("Emulation.setEmulatedMedia", media="")
        self.js('dispatchEvent(new Event("afterprint"))')
        pdf = self.browser.cdp("Page.printToPDF", printBackground=True, paperWidth=8.27, paperHeight=11.69)["data"]
        self.assertGreater(len(pdf), 100_000)
        self.assert_quiet()


if __name__ == "__main__":
    unittest.main(verbosity=1)

"""The rest of the page: keys, tables, looks."""

from page_case import USUAL_DATA, PageTest
from selenium.webdriver.common.keys import Keys


# Marks what the Tab key must reach, and gives the marks.
REACHABLE = """
  const wanted = "a[href], button, input, select, summary, [tabindex='0']";
  const reachable = (n) =>
      n.getClientRects().length && !n.disabled && !(n.type === "radio" && !n.checked);
  return [...document.querySelectorAll(wanted)].filter(reachable)
      .map((n, i) => n.dataset.reach = String(i));"""

# The mark of what has the focus, whether that is to be seen, and its name.
FOCUSED = """
  const n = document.activeElement;
  const outlined = ({outlineStyle, outlineWidth}) =>
      outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  const seen = [n, n.parentElement].some((m) => m && outlined(getComputedStyle(m)));
  return [n.dataset.reach, seen, `${n.tagName}#${n.id}`];"""

# The colours of page and text, and the most frequent ones in two charts.
COLORS = """
  const most = (id) => {
    const canvas = document.getElementById(id);
    const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const seen = {};
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] < 200) continue;
      const color = data.slice(i, i + 3).join();
      seen[color] = (seen[color] ?? 0) + 1;
    }
    return Object.keys(seen).sort((a, b) => seen[b] - seen[a])[0];
  };
  const style = (node) => getComputedStyle(node);
  return [style(document.documentElement).backgroundColor, style(document.body).color,
          most("map-chart"), most("results-chart")];"""


class Keyboard(PageTest):
    def test_tab_reaches_all_that_can_be_used_and_shows_where_it_is(self):
        self.show()
        self.browser.media(prefers_reduced_motion="reduce")
        wanted = self.js(REACHABLE)
        self.js("document.activeElement.blur()")
        reached, unseen = set(), []
        for _ in range(len(wanted) + 20):
            self.keys(Keys.TAB)
            mark, seen, what = self.js(FOCUSED)
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
    def recorded(self):
        """What was recorded of the way that the page shows."""
        return USUAL_DATA["ways"][self.js("return page.way")]["recorded"]

    def test_the_table_of_moved_words_sorts(self):
        self.show()
        recorded = self.recorded()
        most = sorted(range(5000), key=lambda i: -recorded["moved"][i])[:15]
        shown = "#moved-table tbody th bdi"
        self.assertEqual(self.texts(shown), [recorded["words"][i] for i in most])
        self.js('document.querySelectorAll("#moved-table thead button")[2].click()')
        counts = self.numbers("#moved-table tbody td:nth-child(4)")
        self.assertEqual(counts, sorted(counts, reverse=True))
        self.press("#moved-more")
        self.assertEqual(len(self.texts(shown)), 100)

    def test_neighbours_that_left_and_came_are_marked(self):
        self.show()
        asked = next(entry for entry in self.recorded()["neighbours"] if entry.get("asked"))
        self.assertEqual(self.texts("#neighbours-cards h3 bdi")[0], "bad")
        before, after = ({w for w, _ in asked[side]} for side in ["before", "after"])
        first = "#neighbours-cards li:first-child"
        self.assertEqual(set(self.texts(f"{first} .gone bdi")), before - after)
        self.assertEqual(set(self.texts(f"{first} .new bdi")), after - before)

    def test_the_padding_row_is_at_zero_in_the_chart_and_in_words(self):
        self.show()
        padding = self.points("row-gradient", 'd.label === "padding row"')
        self.assertEqual({point["y"] for point in padding}, {0})
        self.assertIn("The padding row got no gradient in any of", self.text("#rows"))

    def test_confusion_adds_up(self):
        self.show()
        self.assertEqual(sum(self.numbers("#confusion tbody td")), 1820)

    def test_the_licence_is_in_the_page(self):
        self.show()
        self.assertIn("Chart.js", self.texts("footer pre")[0])


class Looks(PageTest):
    def test_dark_mode_has_its_own_colours_and_follows_a_change(self):
        self.browser.media(prefers_color_scheme="light")
        self.show()
        light = self.js(COLORS)
        self.browser.media(prefers_color_scheme="dark")
        self.js("return new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))")
        dark = self.js(COLORS)
        for a, b in zip(light, dark):
            self.assertNotEqual(a, b)

    def test_paper_is_light_and_has_no_controls(self):
        self.browser.media(prefers_color_scheme="dark")
        self.show()
        self.js('dispatchEvent(new Event("beforeprint"))')
        self.browser.cdp(
            "Emulation.setEmulatedMedia",
            media="print",
            features=[{"name": "prefers-color-scheme", "value": "dark"}],
        )
        self.assertEqual(self.js("return getComputedStyle(document.body).color"), "rgb(28, 33, 38)")
        self.assertEqual(self.how_many("n.getClientRects().length", ".controls, .bar"), 0)
        self.assertEqual(self.how_many("!n.width || !n.getClientRects().length", "canvas"), 0)
        self.browser.cdp("Emulation.setEmulatedMedia", media="")
        self.js('dispatchEvent(new Event("afterprint"))')
        pdf = self.browser.cdp(
            "Page.printToPDF", printBackground=True, paperWidth=8.27, paperHeight=11.69
        )["data"]
        self.assertGreater(len(pdf), 100_000)
        self.assert_quiet()

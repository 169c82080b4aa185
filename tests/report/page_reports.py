"""Reports of every kind, made-up and real."""

import json
import os
import subprocess
import tempfile
import unittest

import assemble
import fake_data
from page_case import OVERFLOW, USUAL, USUAL_DATA, PageTest
from selenium.webdriver.common.keys import Keys


class EveryReport(PageTest):
    """Whatever was trained, the page shows it without a complaint and without overflow."""

    def check_kind(self, kind):
        self.show(assemble.page(fake_data.KINDS[kind]()))
        for width in [1280, 768, 360]:
            self.browser.size(width, 800)
            self.browser.at_rest() if kind != "nothing_recorded" else None
            self.assertEqual(self.js(OVERFLOW), [], f"{kind} at {width} pixels")
        loaded = 'return performance.getEntriesByType("resource").map((entry) => entry.name)'
        self.assertEqual(self.js(loaded), [])
        for way in range(self.js("return page.report.ways.length")):
            self.choose_way(way)
        self.assert_quiet()
        shown = "section:not([hidden]) canvas"
        self.assertEqual(self.how_many("!Chart.getChart(n)", shown), 0)

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
        self.choose_way(0)
        self.assertTrue(self.browser.find("#not-recorded").is_displayed())
        self.assertFalse(self.browser.find("#map").is_displayed())
        self.choose_way(1)
        self.assertFalse(self.browser.find("#not-recorded").is_displayed())
        self.assertTrue(self.browser.find("#map").is_displayed())

    def test_one_epoch(self):
        self.check_kind("one_epoch")

    def test_three_classes(self):
        self.check_kind("three_classes")
        self.assertEqual(len(self.texts("#confusion tbody td")), 9)
        self.assertIn("Sports", self.text("#map-legend"))

    def test_no_test(self):
        self.check_kind("no_test")
        self.assertIn("dev", self.text("#results-caption"))
        self.assertNotIn("Test", self.text("#results-table thead"))

    def test_strange_words(self):
        self.check_kind("strange_words")
        markup = "body b:not(.track b), body i:not(.track i, .steps i)"
        self.assertEqual(self.how_many("true", markup), 0)
        self.assertIn("</script><b>bold</b>", self.texts("#moved-table tbody bdi"))
        for word in ["constructor", "__proto__", "{{title}}", "שלום"]:
            self.js("pickWord(arguments[0])", word)
            self.browser.at_rest()
            self.assertEqual(self.text("#word h3 bdi"), word)
        self.assert_quiet()

    def test_interrupted(self):
        self.check_kind("interrupted")

    def test_resumed(self):
        self.check_kind("resumed")

    def test_other_labels(self):
        self.check_kind("other_labels")
        text = self.text("#coverage")
        self.assertIn("2 classes: negative, positive. Only in dev or test: odd.", text)

    def test_kept_before_the_thaw(self):
        self.check_kind("kept_before_the_thaw")
        self.assertNotIn("frozen", self.text("#map-text"))
        self.assertIn("none of them moved", self.text("#map-text"))
        self.assertNotIn("frozen", self.text("#rows-text"))

    def test_long_text(self):
        self.check_kind("long_text")
        self.assertIn("… and 38,000 more", self.text("#mistakes li:nth-child(1)"))

    def test_a_text_can_have_more_tokens_than_a_call_has_arguments(self):
        self.show()
        script = """
          const text = Array.from({length: 80_000}, () => ["word", 0.1]);
          const item = markedText({text, label: 0, predicted: 1, probability: 0.9}, ["a", "b"]);
          return item.querySelectorAll(".token").length;"""
        self.assertEqual(self.js(script), 80_000)

    def test_damaged_data_is_said(self):
        self.browser.open(USUAL.replace('"format_version":1', '"format_version":2', 1))
        self.assertIn("format version 2", self.text("#trouble"))


class Headline(PageTest):
    def test_the_best_way_and_its_lead_are_told(self):
        self.show()
        report = USUAL_DATA
        best = max(report["ways"], key=lambda way: way["test"]["mean"])
        self.assertIn(f"{100 * best['test']['mean']:.1f}", self.text("h1"))
        rows = self.browser.driver.find_elements("css selector", "#results-table tbody tr")
        self.assertEqual(len(rows), 4)
        for way, row in zip(report["ways"], rows):
            self.assertIn(f"{100 * way['test']['mean']:.1f}", row.text)

    def test_a_lead_within_the_spread_is_level(self):
        report = fake_data.one_epoch()
        for way, scores in zip(report["ways"], [[0.80, 0.82, 0.81], [0.82, 0.80, 0.805]]):
            way["runs"] = [
                {**way["runs"][0], "seed": s, "test_accuracy": score}
                for s, score in enumerate(scores)
            ]
            way["test"] = {"mean": sum(scores) / 3, "sd": 0.01}
        self.show(assemble.page(report))
        self.assertIn("level", self.text("h1"))


    def test_students_t_is_that_of_the_table(self):
        self.show()
        table = {1: 12.706, 4: 2.776, 9: 2.262, 10: 2.228, 19: 2.093, 29: 2.045, 49: 2.010}
        for degrees, t in table.items():
            self.assertAlmostEqual(self.js(f"return studentT({degrees} + 1)"), t, delta=0.003)
        self.assertTrue(self.js("return studentT(1) === Infinity"))


class RealReport(PageTest):
    """The page that the program writes, of a short training on the embedded reviews."""

    @classmethod
    def setUpClass(cls):
        program = os.environ.get("TRAIN_SENTIMENT")
        if not program:
            raise unittest.SkipTest("no train_sentiment given")
        super().setUpClass()
        cls.folder = tempfile.TemporaryDirectory(prefix="real-report-")
        cls.path = os.path.join(cls.folder.name, "report.html")
        subprocess.run(
            [
                program,
                "--epochs",
                "3",
                "--seeds",
                "2",
                "--quiet",
                "--report",
                cls.path,
                "--report-words",
                "good,bad",
            ],
            cwd=cls.folder.name,
            stdout=subprocess.DEVNULL,
            check=True,
        )

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()
        super().tearDownClass()

    def setUp(self):
        super().setUp()
        self.browser.messages()
        self.browser.open_file(self.path)
        self.assert_quiet()

    def test_it_is_the_page_of_these_sources(self):
        data = json.loads(self.js('return document.getElementById("data").textContent'))
        with open(self.path, encoding="utf-8", newline="") as file:
            written = file.read()
        made = assemble.page(data)
        self.assertEqual(written.split('id="data">')[0], made.split('id="data">')[0])
        self.assertEqual(written.split("</script>", 1)[1], made.split("</script>", 1)[1])

    def test_it_shows_every_way_without_overflow(self):
        for width in [1280, 360]:
            self.browser.size(width, 800)
            for way in range(self.js("return page.report.ways.length")):
                self.choose_way(way)
                self.browser.at_rest()
                self.assertEqual(self.js(OVERFLOW), [], f"way {way} at {width} pixels")
        self.assert_quiet()

    def test_its_words_move_and_are_found(self):
        fine = self.js('return page.report.ways.findIndex((way) => way.name === "finetune")')
        self.choose_way(fine)
        word = self.js("return map.data.words[map.movers[0]]")
        places = []
        for epoch in [0, 3]:
            self.set_epoch(epoch)
            places.append(self.browser.place(word))
        self.assertGreater(abs(places[0][0] - places[1][0]) + abs(places[0][1] - places[1][1]), 5)
        self.browser.find("#search").send_keys(word, Keys.ENTER)
        self.browser.at_rest()
        self.assertEqual(self.text("#word h3 bdi"), word)

    def test_the_words_asked_for_come_first(self):
        fine = self.js('return page.report.ways.findIndex((way) => way.name === "finetune")')
        self.choose_way(fine)
        shown = self.texts("#neighbours-cards h3 bdi")[:2]
        self.assertEqual(set(shown), {"good", "bad"})

"""Reports of runs that were interrupted or resumed."""

import assemble
import fake_data
from page_case import PageTest


def with_scores(name, scores):
    """A way whose runs have these accuracies on test, with seeds from 1."""
    made = fake_data.way(name, 12, 0.8, runs=len(scores), words=300)
    for run, score in zip(made["runs"], scores):
        run["test_accuracy"] = score
    made["test"] = {"mean": sum(scores) / len(scores), "sd": 0.01}
    return made


class Interrupted(PageTest):
    def head(self, ways):
        self.show(assemble.page({**fake_data.report(ways), "cancelled": True}))
        return self.text("h1"), self.text("#headline-detail")

    def test_ways_without_runs_are_beaten_by_nobody(self):
        self.show(assemble.page(fake_data.interrupted()))
        self.assertIn("Frozen reaches", self.text("h1"))
        detail = self.text("#headline-detail")
        self.assertIn("Fine-tuned and random start have no results.", detail)
        self.assertNotIn("more than", detail)
        figures = self.texts("#results-table tbody tr:nth-child(2) td")
        self.assertEqual(figures, ["–", "–", "–", "0.001", "–"])
        self.choose_way(1)
        self.assertNotIn("results", self.text("#not-recorded"))
        self.assert_quiet()

    def test_of_the_others_the_best_two_are_compared(self):
        ways = [with_scores("frozen", [0.8]), with_scores("random", [0.82])]
        first, detail = self.head([*ways, fake_data.without_runs("finetune")])
        self.assertIn("Random start comes out ahead with 82.0", first)
        self.assertIn("2.0 points more than frozen. With one run of each", detail)
        self.assertIn("Fine-tuned has no results.", detail)

    def test_three_runs_against_one_are_not_one_of_each(self):
        ways = [with_scores("frozen", [0.8, 0.81, 0.82]), with_scores("finetune", [0.83])]
        first, detail = self.head(ways)
        self.assertIn("Fine-tuned comes out ahead", first)
        self.assertIn("Too few runs", detail)
        self.assertNotIn("one run of each", detail)

    def test_nothing_at_all(self):
        ways = [fake_data.without_runs("frozen"), fake_data.without_runs("random")]
        first, _ = self.head(ways)
        self.assertEqual(first, "No training has results")


class Resumed(PageTest):
    def losses(self, report):
        """What the chart of the loss on dev shows of the first way: epochs, and means or None."""
        self.show(assemble.page(report))
        line = self.points("curve-dev_loss", "d.middle && d.way === 0")
        return [point["x"] for point in line], [point["y"] for point in line]

    def test_the_curve_begins_where_the_resume_was(self):
        report = fake_data.resumed()
        wanted = report["ways"][0]["runs"][0]["dev_loss"]
        epochs, losses = self.losses(report)
        self.assertEqual(epochs, list(range(1, len(wanted) + 1)))
        self.assertEqual(losses[:4], [None] * 4)
        for got, loss in zip(losses[4:], wanted[4:]):
            self.assertAlmostEqual(got, loss)
        label = self.js('return document.getElementById("curve-dev_loss").ariaLabel')
        self.assertIn(f"fine-tuned from {wanted[4]:.3g} to ", label)

    def test_a_table_that_was_trained_before_the_resume_was_not_frozen(self):
        report = fake_data.resumed()
        steps = report["ways"][0]["recorded"]["steps"]
        for values in steps.values():
            values.clear()
        self.show(assemble.page(report))
        self.choose_way(0)
        self.assertIn("see them move", self.text("#map-text"))
        self.assertNotIn("frozen", self.text("#rows-text"))

    def test_an_epoch_without_a_loss_is_a_gap_and_one_between_gaps_a_dot(self):
        report = fake_data.resumed()
        run = report["ways"][0]["runs"][0]
        run["dev_loss"] = [0.6, None, 0.5, None, 0.4, 0.3]
        run["loss"] = run["loss"][:6]
        self.assertEqual(self.losses(report)[1], run["dev_loss"])
        dots = self.js(
            """
          const line = Chart.getChart("curve-dev_loss").data.datasets[0];
          return line.pointRadius.map((radius) => radius > 0);"""
        )
        self.assertEqual([dots[i] for i in (0, 2, 4, 5)], [True, True, False, False])

    def test_runs_that_ended_before_the_resume_do_not_count(self):
        report = fake_data.resumed()
        way = report["ways"][0]
        ended = {**way["runs"][0], "dev_loss": [None] * 10}
        way["runs"] = [{**ended, "seed": 1}, {**ended, "seed": 2}, way["runs"][0]]
        self.assertIsNotNone(self.losses(report)[1][4])

    def test_the_curve_ends_where_fewer_than_half_of_the_runs_are_left(self):
        report = fake_data.resumed()
        way = report["ways"][0]
        lists = [[0.6, 0.5, 0.4, 0.3], [0.6, 0.5], [0.6, 0.5], [0.6, 0.5, 0.4], [0.6]]
        way["runs"] = [{**way["runs"][0], "dev_loss": losses} for losses in lists]
        epochs, losses = self.losses(report)
        self.assertEqual(epochs, [1, 2])

// The ways of training: their names, their colours, and the one that the page looks at.

/** The state of the page: the data of the report, and what is picked. */
const page = {
  report: null,
  way: 0,
  word: null
};

const knownWays = {
  frozen: 'frozen',
  finetune: 'fine-tuned',
  random: 'random start',
  newwords: 'new words only',
};

/** What a way of training is called in sentences. */
function wayName(way) {
  const [kind, after] = way.name.split(':');
  if (kind === 'thaw' && after) return `thawed after epoch ${after}`;
  if (kind === 'newwords' && after) return `new words first, all after epoch ${after}`;
  return knownWays[way.name] ?? way.name;
}

const capitalized = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** The colour and the dashes of a way's lines; eight colours, then again with other dashes. */
const wayColor = (colors, i) => colors.kinds[i % colors.kinds.length];
const wayDash = (i) => [[], [7, 3], [2, 3], [9, 3, 2, 3]][i % 4];

/** What was recorded of the way that is looked at, or null. */
const recorded = () => page.report.ways[page.way].recorded ?? null;

/** Whether no step gave the table a gradient, those before a resume included. */
const frozenTable = (data) => !(data.padding?.steps > 0);

/** Whether the report has accuracies on a test set. */
const hasTest = (report) => report.ways.some((way) => !missing(way.test?.mean));

/** The accuracies that count: on test where there is one, else on dev at the best epoch. */
const finalAccuracy = (report, way) => (hasTest(report) ? way.test : way.dev) ?? {};

function finalAccuracies(report, way) {
  const ofRun = (run) =>
      hasTest(report) ? run.test_accuracy : run.dev_accuracy?.[run.best_epoch - 1];
  return way.runs.map((run) => ({seed: run.seed, fold: run.fold, accuracy: ofRun(run)}))
      .filter((run) => !missing(run.accuracy));
}

/** Indices of the ways, the best first. */
const byAccuracy = (report) =>
    largestFirst(report.ways.length, (i) => finalAccuracy(report, report.ways[i]).mean ?? -1);

/** A row of radio buttons; `changed` is called when another way is chosen. */
function showWays(changed) {
  const ways = page.report.ways;
  byId('ways').hidden = ways.length < 2;
  const choice = (way, i) => {
    const pick = () => {
      page.way = i;
      changed();
    };
    const input = element(
        'input', {type: 'radio', name: 'way', value: i, checked: i === page.way, onchange: pick});
    return element('label', {}, input, capitalized(wayName(way)));
  };
  byId('ways').append(...ways.map(choice));
}

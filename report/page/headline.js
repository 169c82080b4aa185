// The head of the page: which way won, by how much, and how sure that is.

/** Differences of two ways in the runs that share seed and fold, first minus second. */
function pairedDifferences(report, first, second) {
  const key = (run) => `${run.seed}/${run.fold}`;
  const others = new Map(finalAccuracies(report, second).map((run) => [key(run), run.accuracy]));
  return finalAccuracies(report, first)
      .filter((run) => others.has(key(run)))
      .map((run) => run.accuracy - others.get(key(run)));
}

const points = (difference) => `${(100 * Math.abs(difference)).toFixed(1)}\u00a0points`;

/** The size of what the accuracies were measured on, or 0. */
const measuredTexts = (report) =>
    (report.data.files ?? [])
        .filter((file) => file.use === (hasTest(report) ? 'test' : 'dev'))
        .reduce((sum, file) => sum + file.texts, 0);

const studentTs =
    [Infinity, Infinity, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

/**
 * Student's t of 95 % (two-sided) for the mean of n differences; from 11 of them on by the first
 * terms of its expansion around the normal quantile (Cornish and Fisher), good to 0.003.
 */
function studentT(n) {
  const degrees = n - 1;
  return studentTs[n] ?? 1.96 + 2.372 / degrees + 2.823 / degrees ** 2;
}

/** The headline of two ways and more that have results, the best first. */
function comparison(report, [best, second]) {
  const lead = finalAccuracy(report, best).mean - finalAccuracy(report, second).mean;
  const pairs = pairedDifferences(report, best, second);
  const won = pairs.filter((d) => d > 0).length;
  const clear = mean(pairs) > studentT(pairs.length) * deviation(pairs) / Math.sqrt(pairs.length);
  const [a, b] = [capitalized(wayName(best)), wayName(second)];
  const reached = percent(finalAccuracy(report, best).mean);
  if (pairs.length < 2) {
    const oneEach = [best, second].every((way) => finalAccuracies(report, way).length === 1);
    return [
      `${a} comes out ahead with ${reached}`,
      `${points(lead)} more than ${b}. ` +
          (oneEach ?
               'With one run of each, the spread is unknown: this may be chance.' :
               'Too few runs of both have the same start to compare them: this may be chance.')
    ];
  }
  const runs = `in ${won} of ${pairs.length} runs`;
  if (clear) {
    return [
      `${a} wins with ${reached}`,
      `${points(lead)} more than ${b}, and better ${runs} with the same start. ` +
          `The difference spreads by ±\u00a0${points(deviation(pairs))} from run to run.`
    ];
  }
  const ahead = lead < 0.0005 ? `Their means are the same; ${a} is better ${runs}` :
                                `${a} is ${points(lead)} ahead and better ${runs}`;
  return [
    `${a} and ${b} are level at ${reached}`,
    `${ahead}, but the difference spreads by ±\u00a0${points(deviation(pairs))} ` +
        'from run to run: no way to tell them apart.'
  ];
}

/** The headline of the only way that has results. */
function onlyResult(report, way) {
  const {mean: accuracy, sd} = finalAccuracy(report, way);
  const runs = finalAccuracies(report, way).length;
  return [
    `${capitalized(wayName(way))} reaches ${percent(accuracy)}`,
    runs > 1 ? `Over ${runs} runs it spreads by ±\u00a0${points(sd)}.` :
               'One run, so the spread is unknown.'
  ];
}

/** The headline and what stands below it. An interrupted run can leave ways without results. */
function headline(report) {
  const has = (way) => !missing(finalAccuracy(report, way).mean);
  const ways = byAccuracy(report).map((i) => report.ways[i]).filter(has);
  if (ways.length === 0) return ['No training has results', ''];
  const [first, detail] = ways.length > 1 ? comparison(report, ways) : onlyResult(report, ways[0]);
  const without = report.ways.filter((way) => !has(way)).map(wayName);
  if (without.length === 0) return [first, detail];
  const have = without.length === 1 ? 'has' : 'have';
  return [first, `${detail} ${capitalized(listed(without))} ${have} no results.`];
}

function showHeadline(report) {
  const [first, detail] = headline(report);
  const on = hasTest(report) ? 'test' : 'dev';
  const texts = measuredTexts(report);
  const accuracy = finalAccuracy(report, report.ways[byAccuracy(report)[0]]).mean;
  const chance = texts > 0 && !missing(accuracy) ? Math.sqrt(accuracy * (1 - accuracy) / texts) : 0;
  document.title = `${first} – ${report.title || 'Training report'}`;
  fill('title', report.title || 'Training report');
  fill('created', report.created ?? '');
  fill('headline', first);
  fill(
      'headline-detail',
      report.cancelled ? 'Interrupted: these are the figures of what was finished. ' : '', detail,
      chance ? ` ${count(texts)} ${on} texts leave it uncertain by ± ${points(chance)}.` : '');
  showResultsTable(report, on);
  showResultsChart(report, on);
}

function showResultsTable(report, on) {
  const best = byAccuracy(report)[0];
  const head = [
    'Way', 'Dev', ...(on === 'test' ? ['Test'] : []), 'Kept epoch', 'Learning rate',
    'Trained numbers'
  ];
  const spread = (value) => missing(value?.mean) ?
      '–' :
      `${(100 * value.mean).toFixed(1)} ±\u00a0${(100 * (value.sd ?? 0)).toFixed(1)}`;
  const epochs = (way) => {
    const kept = way.runs.map((run) => run.best_epoch).filter((epoch) => !missing(epoch));
    if (kept.length === 0) return '–';
    const [least, most] = [Math.min(...kept), Math.max(...kept)];
    return least === most ? `${least}` : `${least} – ${most}`;
  };
  const row = (way, i) => element(
      'tr', {class: i === best && report.ways.length > 1 ? 'best' : undefined},
      element(
          'th', {scope: 'row'}, element('span', {class: 'key', '--key': `var(--kind-${i % 8})`}),
          capitalized(wayName(way))),
      ...[spread(way.dev), ...(on === 'test' ? [spread(way.test)] : []), epochs(way),
          number(way.lr), count(way.trainable)]
          .map((text) => element('td', {class: 'right num'}, text)));
  fill(
      'results-table',
      element(
          'thead', {},
          element(
              'tr', {},
              ...head.map(
                  (text, i) =>
                      element('th', {scope: 'col', class: i > 0 ? 'right' : undefined}, text)))),
      element('tbody', {}, ...report.ways.map(row)));
}

/** One line for each way: its runs as dots, their mean, and the standard deviation as a bar. */
function showResultsChart(report, on) {
  const ways = report.ways;
  byId('results-plot').style.height = `${Math.max(7, 4 + 2.6 * ways.length)}rem`;
  const runs = ways.map(
      (way, i) => finalAccuracies(report, way).map((run) => ({x: 100 * run.accuracy, y: i, run})));
  const middle = ways.map((way) => finalAccuracy(report, way));
  const words = ways.map(
      (way, i) => missing(middle[i].mean) ?
          `${wayName(way)} no results` :
          `${wayName(way)} ${percent(middle[i].mean)}, ± ${points(middle[i].sd ?? 0)}`);
  fill(
      'results-caption',
      `Accuracy on ${on}: each dot a run, the stroke their mean, the bar one standard deviation.`);
  showChart(
      'results-chart', `Accuracy on ${on}: ${listed(words)}.`,
      (colors) => ({
        type: 'scatter',
        data: {
          datasets: ways.flatMap(
              (way, i) =>
                  missing(middle[i].mean) ? [] : resultsOfWay(colors, i, middle[i], runs[i]))
        },
        options: {
          scales: {
            x: axis('% right', {grace: '8%'}),
            y: axis('', {
              min: -0.5,
              max: ways.length - 0.5,
              reverse: true,
              grid: {display: false},
              afterBuildTicks(scale) { scale.ticks = ways.map((_, i) => ({value: i})); },
              ticks: {
                autoSkip: false,
                color: colors.ink,
                callback: (value) => capitalized(shortened(wayName(ways[value]), 22))
              }
            }),
          },
          plugins: {
            tooltip: {
              callbacks: {
                label: ({raw}) => raw.run ? `seed ${raw.run.seed}: ${raw.x.toFixed(1)} %` :
                                            `mean ${raw.x.toFixed(1)} %`,
              }
            }
          },
        },
      }));
}

function resultsOfWay(colors, i, {mean: middle, sd = 0}, runs) {
  const color = wayColor(colors, i);
  const bar = [{x: 100 * (middle - sd), y: i}, {x: 100 * (middle + sd), y: i}];
  return [
    {
      data: [{x: 100 * middle, y: i}],
      pointStyle: 'line',
      rotation: 90,
      radius: 11,
      hoverRadius: 11,
      borderWidth: 3,
      borderColor: color
    },
    {
      data: runs,
      radius: 4.5,
      hoverRadius: 6,
      backgroundColor: faded(color, 0.75),
      borderColor: colors.panel,
      borderWidth: 1
    },
    {
      data: bar,
      showLine: true,
      borderColor: faded(color, 0.25),
      borderWidth: 14,
      borderCapStyle: 'butt',
      pointRadius: 0,
      pointHitRadius: 0
    },
  ];
}

// Loss and accuracy of each way over the epochs, with the spread over its runs.

const curveKinds = [
  {field: 'loss', title: 'Loss on train', percent: false},
  {field: 'dev_loss', title: 'Loss on dev', percent: false},
  {field: 'train_accuracy', title: 'Accuracy on train', percent: true},
  {field: 'dev_accuracy', title: 'Accuracy on dev', percent: true},
];

/**
 * Mean and extremes over the runs of a way at each epoch. A run that stopped early counts no more;
 * where fewer than half of the runs are left the curve ends, as their mean would jump. Where fewer
 * than half of those left were measured, as before a resume, it has a gap: `runs` is 0. Runs that
 * were never measured do not count.
 */
function curveOf(way, field) {
  const runs = way.runs.map((run) => run[field] ?? [])
                   .filter((values) => values.some((value) => !missing(value)));
  const epochs = Math.max(0, ...runs.map((values) => values.length));
  const curve = [];
  for (let e = 0; e < epochs; ++e) {
    const left = runs.filter((values) => values.length > e);
    if (2 * left.length < runs.length) break;
    const values = left.map((run) => run[e]).filter((value) => !missing(value));
    curve.push(
        values.length === 0 || 2 * values.length < left.length ?
            {epoch: e + 1, mean: NaN, low: NaN, high: NaN, runs: 0} :
            {
              epoch: e + 1,
              mean: mean(values),
              low: Math.min(...values),
              high: Math.max(...values),
              runs: values.length
            });
  }
  return curve;
}

/** Whether the line through a place of a curve ends there on both sides: only a dot can show it. */
const standsAlone = (curve, i) => !curve[i - 1]?.runs && !curve[i + 1]?.runs;

/** The lines of one way: mean, and the band between the extremes. */
function curveLines(colors, way, i, kind) {
  const factor = kind.percent ? 100 : 1;
  const curve = curveOf(way, kind.field);
  const line = (key) => curve.map((at) => ({x: at.epoch, y: factor * at[key], at}));
  const color = wayColor(colors, i);
  const plain = {way: i, borderWidth: 0, pointRadius: 0, pointHitRadius: 0};
  return [
    {
      ...plain,
      data: line('mean'),
      middle: true,
      label: capitalized(wayName(way)),
      borderColor: color,
      borderWidth: 2.25,
      borderDash: wayDash(i),
      pointBackgroundColor: color,
      pointRadius: curve.map((_, i) => standsAlone(curve, i) ? 4 : 0),
      pointHoverRadius: 4,
      tension: 0.2
    },
    {...plain, data: line('low'), tension: 0.2},
    {...plain, data: line('high'), tension: 0.2, fill: '-1', backgroundColor: faded(color, 0.14)},
  ];
}

function curveChart(colors, report, kind, hidden) {
  const text = (at) => kind.percent ? percent(at.mean) : number(at.mean);
  const range = (at) => kind.percent ? `${percent(at.low)} to ${percent(at.high)}` :
                                       `${number(at.low)} to ${number(at.high)}`;
  return {
    type: 'line',
    data: {
      datasets: report.ways.flatMap(
          (way, i) =>
              curveLines(colors, way, i, kind).map((line) => ({...line, hidden: hidden.has(i)})))
    },
    options: {
      interaction: {mode: 'index', intersect: false, axis: 'x'},
      scales: {
        x: axis('epoch', {
          type: 'linear',
          ticks: {precision: 0},
          grid: {display: false},
          offset: longest(report) < 2,
          min: longest(report) < 2 ? undefined : 1
        }),
        y: axis(
            '',
            kind.percent ? {ticks: {precision: 0, callback: (value) => `${value}\u00a0%`}} : {}),
      },
      plugins: {
        tooltip: {
          filter: ({dataset}) => dataset.middle,
          callbacks: {
            title: (items) => items.length ? `Epoch ${items[0].raw.x}` : '',
            label: ({dataset, raw}) => raw.at.runs > 1 ?
                `${dataset.label}: ${text(raw.at)} (${range(raw.at)})` :
                `${dataset.label}: ${text(raw.at)}`,
          },
        }
      },
    },
  };
}

const longest = (report) =>
    Math.max(0, ...report.ways.flatMap((way) => way.runs.map((run) => (run.loss ?? []).length)));

/** What a curve's picture shows, in words. */
function curveWords(report, kind) {
  const ofWay = (way) => {
    const curve = curveOf(way, kind.field).filter((at) => at.runs > 0);
    if (curve.length === 0) return undefined;
    const show = (at) => kind.percent ? percent(at.mean) : number(at.mean);
    return `${wayName(way)} from ${show(curve[0])} to ${show(curve[curve.length - 1])}`;
  };
  return `${kind.title} over the epochs: ${listed(report.ways.map(ofWay).filter(Boolean))}.`;
}

function showCurves(report) {
  const runs = Math.max(0, ...report.ways.map((way) => way.runs.length));
  fill(
      'curves-text',
      runs > 1 ?
          `Lines are means over ${runs} runs, bands reach from the lowest to the highest of them.` :
          'One run of each way.');
  const kinds = curveKinds.filter(
      (kind) => report.ways.some((way) => curveOf(way, kind.field).some((at) => at.runs > 0)));
  fill(
      'curves-figures', ...kinds.map((kind) => figureWithChart(`curve-${kind.field}`, kind.title)));
  const hidden = new Set();
  for (const kind of kinds) {
    showChart(
        `curve-${kind.field}`, curveWords(report, kind),
        (colors) => curveChart(colors, report, kind, hidden));
  }
  const toggle = (i) => (event) => {
    if (!hidden.delete(i)) hidden.add(i);
    event.currentTarget.setAttribute('aria-pressed', !hidden.has(i));
    for (const kind of kinds) {
      const chart = Chart.getChart(`curve-${kind.field}`);
      chart.data.datasets.forEach((line) => { line.hidden = hidden.has(line.way); });
      chart.update();
    }
  };
  fill(
      'curves-legend',
      ...report.ways.map(
          (way, i) => element(
              'button',
              {type: 'button', 'aria-pressed': 'true', onclick: toggle(i), title: 'Show or hide'},
              element('span', {class: 'key', '--key': `var(--kind-${i % 8})`}),
              capitalized(wayName(way)))));
}

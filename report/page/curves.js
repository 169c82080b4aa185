// Loss and accuracy of each way over the epochs, with the spread over its runs.

const curveKinds = [
  {field: 'loss', title: 'Loss on train', percent: false},
  {field: 'dev_loss', title: 'Loss on dev', percent: false},
  {field: 'train_accuracy', title: 'Accuracy on train', percent: true},
  {field: 'dev_accuracy', title: 'Accuracy on dev', percent: true},
];

/**
 * Mean and extremes over the runs of a way at each epoch. A run that stopped early counts no more;
 * where fewer than half of the runs are left there is nothing, as their mean would jump.
 */
function curveOf(way, field) {
  const runs = way.runs.map((run) => run[field] ?? []).filter((values) => values.length > 0);
  const epochs = Math.max(0, ...runs.map((values) => values.length));
  const curve = [];
  for (let e = 0; e < epochs; ++e) {
    const values = runs.map((run) => run[e]).filter((value) => !missing(value));
    if (2 * values.length < runs.length || values.length === 0) break;
    curve.push({
      epoch: e + 1,
      mean: mean(values),
      low: Math.min(...values),
      high: Math.max(...values),
      runs: values.length
    });
  }
  return curve;
}

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
      pointRadius: curve.length === 1 ? 4 : 0,
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
    const curve = curveOf(way, kind.field);
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
  const kinds =
      curveKinds.filter((kind) => report.ways.some((way) => curveOf(way, kind.field).length > 0));
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

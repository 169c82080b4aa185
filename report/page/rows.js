// The rows of the table: movement, norms, gradients, and how often each was touched.

/** The figures of this way: which have data, and how they are drawn. */
function rowFigures(data) {
  const {all_rows: rows = {}, steps = {}} = data;
  const figures = [];
  const some = (histogram) => histogram && histogramTotal(histogram) > 0;
  if (some(rows.moved_histogram) && map.movers.length > 0) {
    figures.push({
      id: 'row-moved',
      title: 'How far rows moved',
      caption: 'Distance of each row from where it began.',
      label: `Half of the rows moved less than about ${number(medianBin(rows.moved_histogram))}.`,
      make: (c) => histogramChart(
          c, 'distance', [{label: 'moved', histogram: rows.moved_histogram, color: c.accent}])
    });
  }
  if (some(rows.norm_before_histogram)) {
    const [before, after] = [rows.norm_before_histogram, rows.norm_after_histogram];
    figures.push({
      id: 'row-norms',
      title: 'Norms before and after',
      caption: 'Filled: before training. Line: at the kept epoch.',
      label: `The median norm was about ${number(medianBin(before))} before training ` +
          `and is about ${number(medianBin(after))} after.`,
      make: (c) => histogramChart(
          c, 'norm of a row',
          [
            {label: 'after', histogram: after, color: c.accent, line: true},
            {label: 'before', histogram: before, color: c.kinds[2]}
          ])
    });
  }
  if (steps.step?.length > 0) {
    figures.push(...gradientFigures(data));
  }
  if (rows.touched_by_rank?.some(([, times]) => times > 0)) {
    figures.push({
      id: 'row-touched',
      title: 'How often each row was touched',
      caption: touchedText(rows.touched_by_rank),
      label: touchedText(rows.touched_by_rank),
      make: (c) => touchedChart(c, rows.touched_by_rank)
    });
  }
  return figures;
}

function touchedText(byRank) {
  const most = byRank[0][1];
  const always = byRank.filter(([, times]) => times >= 0.9 * most).pop()[0];
  const seldom = byRank.find(([, times]) => times <= Math.max(1, most / 100));
  const first = always === 1 ? 'The first row has' : `The first ${count(always)} rows have`;
  const often = `${first} a gradient in about ${plural(most, 'step')}`;
  if (!seldom) return `${often}.`;
  const few = seldom[1] <= 1 ? 'one step or none' : `${plural(seldom[1], 'step')} or fewer`;
  return `${often}; from rank ${count(seldom[0])} on it is ${few}.`;
}

/** Times by rank on logarithmic axes, and the straight line of Zipf's law from its middle. */
function touchedChart(colors, byRank) {
  const seen = byRank.filter(([, times]) => times > 0);
  const [rank, times] = seen[seen.length >> 1];
  const law = [seen[0][0], seen[seen.length - 1][0]].map((x) => ({x, y: rank * times / x}));
  return {
    type: 'line',
    data: {
      datasets: [
        {
          label: 'rows',
          data: seen.map(([x, y]) => ({x, y})),
          borderColor: colors.accent,
          borderWidth: 2.25,
          pointRadius: seen.length < 3 ? 3 : 0,
          pointHitRadius: 8
        },
        {
          label: '1 / rank',
          data: law,
          borderColor: faded(colors.muted, 0.8),
          borderWidth: 1.25,
          borderDash: [4, 4],
          pointRadius: 0,
          pointHitRadius: 0
        },
      ]
    },
    options: {
      interaction: {mode: 'nearest', axis: 'x', intersect: false},
      scales: {
        x: axis('rank of the row', {type: 'logarithmic', ticks: {callback: wholePower}}),
        y: axis(
            'steps with a gradient',
            {type: 'logarithmic', min: 0.8, max: 3 * seen[0][1], ticks: {callback: wholePower}})
      },
      plugins: {
        legend: chartLegend,
        tooltip: {
          filter: (item) => item.datasetIndex === 0,
          callbacks: {
            title: ([item]) => item ? `Rank ${count(item.raw.x)}` : '',
            label: ({raw}) => plural(raw.y, 'step'),
          }
        },
      },
    },
  };
}

function showRows() {
  const data = recorded();
  const figures = rowFigures(data);
  byId('rows').hidden = figures.length === 0;
  fill(
      'rows-text',
      frozenTable(data) ?
          'The table was frozen: its rows got no gradient and stayed what they were.' :
          `All rows of the table, not only those on the map. ${gradientText(data.steps)}`);
  fill(
      'rows-figures',
      ...figures.map(({id, title, caption}) => figureWithChart(id, title, caption)));
  for (const {id, title, label, make} of figures) showChart(id, `${title}. ${label}`, make);
}

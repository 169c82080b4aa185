// Histograms of rows.

/** The bars of a histogram, each at the middle of its bin. */
const barsOf = ({edges, counts}) => counts.map(
    (n, i) => ({x: (edges[i] + edges[i + 1]) / 2, y: n, from: edges[i], to: edges[i + 1]}));

/**
 * A chart of histograms over the same axis. Counts are drawn by their logarithm where one bin
 * would hide the others.
 */
function histogramChart(colors, title, histograms) {
  const counts = histograms.flatMap(({histogram}) => histogram.counts).filter((n) => n > 0);
  const tall = Math.max(...counts) > 30 * (counts.sort((a, b) => a - b)[counts.length >> 1] ?? 1);
  const edges = histograms[0].histogram.edges;
  return {
    type: 'bar',
    data: {
      datasets:
          histograms.map(({label, histogram, color, line}) => ({
                           label,
                           data: barsOf(histogram).filter((bar) => bar.y > 0 || line),
                           barPercentage: 1,
                           categoryPercentage: 1,
                           grouped: false,
                           ...(line ? {
                             type: 'line',
                             stepped: 'middle',
                             borderColor: color,
                             borderWidth: 2,
                             pointRadius: 0,
                             pointHitRadius: 6
                           } :
                                      {backgroundColor: faded(color, 0.55), inflateAmount: 0}),
                         }))
    },
    options: {
      interaction: {mode: 'nearest', axis: 'x', intersect: false},
      scales: {
        x: axis(title, {
          type: 'linear',
          min: edges[0],
          max: edges[edges.length - 1],
          grid: {display: false},
          offset: false
        }),
        y: axis(
            tall ? 'rows, logarithmic' : 'rows',
            tall ? {type: 'logarithmic', min: 0.8, ticks: {callback: wholePower}} :
                   {ticks: {precision: 0}}),
      },
      plugins: {
        tooltip: {
          callbacks: {
            title: ([item]) => item ? `${number(item.raw.from)} to ${number(item.raw.to)}` : '',
            label: ({dataset, raw}) => `${dataset.label}: ${plural(raw.y, 'row')}`,
          }
        }
      },
    },
  };
}

const histogramTotal = (histogram) => histogram.counts.reduce((sum, n) => sum + n, 0);

/** The value below which half of the rows lie, to the bin. */
function medianBin({edges, counts}) {
  const half = histogramTotal({counts}) / 2;
  let sum = 0;
  const bin = counts.findIndex((n) => (sum += n) >= half);
  return bin < 0 ? null : (edges[bin] + edges[bin + 1]) / 2;
}

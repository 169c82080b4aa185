// Colours, and charts that are drawn anew when the colours change.

/** The colours of the style sheet as they are now: screen or print, light or dark. */
function palette() {
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(`--${name}`).trim();
  const several = (name, n) => Array.from({length: n}, (_, i) => color(`${name}-${i}`));
  return {
    ink: color('ink'),
    muted: color('muted'),
    line: color('line'),
    grid: color('grid'),
    panel: color('panel'),
    accent: color('accent'),
    gone: color('gone'),
    mark: color('mark'),
    sans: style.fontFamily,
    lean: several('lean', 9),
    kinds: several('kind', 8),
  };
}

/** A colour of six hexadecimal digits with an opacity of 0 to 1. */
const faded = (color, opacity) => color + Math.round(255 * opacity).toString(16).padStart(2, '0');

/** The colour between two of six hexadecimal digits: `share` of the second. */
function mixed(a, b, share) {
  const part = (color, i) => parseInt(color.slice(1 + 2 * i, 3 + 2 * i), 16);
  const between = (i) => Math.round(part(a, i) + share * (part(b, i) - part(a, i)));
  return `#${[0, 1, 2].map((i) => between(i).toString(16).padStart(2, '0')).join('')}`;
}

const reducedMotion = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

const shownCharts = new Map();  // id of the canvas: how to make its chart

/**
 * Draws a chart into a canvas, in place of the one before. `make` gets the palette and gives the
 * chart's configuration; it is called again whenever the colours change. `label` says in words what
 * is to be seen.
 */
function showChart(id, label, make) {
  shownCharts.set(id, make);
  const canvas = byId(id);
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', label);
  drawChart(id, make);
}

function drawChart(id, make) {
  Chart.getChart(id)?.destroy();
  const colors = palette();
  Chart.defaults.font.family = colors.sans;
  Chart.defaults.font.size = 12;
  Chart.defaults.color = colors.muted;
  Chart.defaults.borderColor = colors.grid;
  new Chart(byId(id), make(colors));
}

function redrawCharts() {
  for (const [id, make] of shownCharts) {
    if (byId(id))
      drawChart(id, make);
    else
      shownCharts.delete(id);
  }
  showMapLegend();
}

/** Charts are pictures of fixed colour and size: both differ on paper. */
function followTheme() {
  Object.assign(Chart.defaults, {animation: false, maintainAspectRatio: false});
  Object.assign(Chart.defaults.plugins.legend, {display: false});
  Object.assign(Chart.defaults.plugins.tooltip, {boxPadding: 4, padding: 10, cornerRadius: 8});
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redrawCharts);
  addEventListener('beforeprint', () => {
    document.documentElement.classList.add('printing');
    redrawCharts();
  });
  addEventListener('afterprint', () => {
    document.documentElement.classList.remove('printing');
    redrawCharts();
  });
}

/** A figure with a title, an empty chart and a caption, for `showChart` to draw into. */
function figureWithChart(id, title, caption) {
  return element(
      'figure', {}, element('h3', {}, title),
      element('div', {class: 'plot'}, element('canvas', {id})),
      caption ? element('figcaption', {}, caption) : undefined);
}

/** The options of an axis: title, quiet grid, and what `more` adds. */
function axis(title, more = {}) {
  const {ticks = {}, ...rest} = more;
  return {
    title: {display: Boolean(title), text: title},
    border: {display: false},
    ticks: {maxRotation: 0, autoSkipPadding: 16, ...ticks},
    ...rest,
  };
}

/** Labels of a logarithmic axis: powers of ten alone. */
const wholePower = (value) => Number.isInteger(Math.log10(value)) ? count(value) : '';

/** The legend of a chart whose lines need one. */
const chartLegend = {
  display: true,
  position: 'top',
  align: 'start',
  reverse: true,
  labels: {boxWidth: 18, boxHeight: 0, padding: 12}
};

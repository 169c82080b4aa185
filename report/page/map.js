// The map of the words: where they are at a time of the training, and in which colour.

/**
 * What the map shows. `now` is what is on the screen: `time`, a place in the list of epochs, which
 * lies between two of them while the map moves; `x`, `y`, the middle in coordinates of the map;
 * `scale`, coordinates a pixel. `dragged`: whether the button that
 * is released ends a drag, which is no click.
 */
const map = {
  data: null,
  shown: 0,
  points: [],
  movers: [],
  trails: true,
  dragged: false,
  now: {time: 0, x: 0, y: 0, scale: 1},
  whole: null,
};

const at = (list, i) => list[Math.min(i, list.length - 1)];
const lastTime = () => map.data.epochs.length - 1;

/** Coordinates of a word at a time. */
function placeOf(i, time) {
  const early = at(map.data.pca.xy, Math.floor(time));
  const late = at(map.data.pca.xy, Math.ceil(time));
  const share = time - Math.floor(time);
  return {
    x: early[2 * i] + share * (late[2 * i] - early[2 * i]),
    y: early[2 * i + 1] + share * (late[2 * i + 1] - early[2 * i + 1]),
  };
}

// Words of one colour are one series of the chart, which is what keeps thousands of them fluid.

const twoClasses = () => !missing(map.data.leaning_class);
// Between the nine colours of two classes. Words alone soon get probabilities near 0 or 1.
const leaningEdges = [0.01, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 0.99];
const strengths = [0.35, 0.68, 1];  // of the colours of three and more classes

/** The labels that a model can give; others occur only in dev or test. */
const classLabels = () => {
  const {labels, classes} = page.report.data;
  return labels.slice(0, classes ?? labels.length);
};

const colorCount = () => twoClasses() ? 9 : strengths.length * classLabels().length;

/** The colour of a word at a time: the number of a series. */
function colorOf(i, time) {
  const nearest = Math.round(time);
  const leaning = at(map.data.leaning, nearest)[i] ?? 0.5;
  if (twoClasses()) return leaningEdges.filter((edge) => leaning >= edge).length;
  const lowest = 1 / classLabels().length;
  const strength = Math.floor(strengths.length * (leaning - lowest) / (1 - lowest || 1));
  return strengths.length * at(map.data.leaning_label, nearest)[i] +
      Math.max(0, Math.min(strengths.length - 1, strength));
}

function colorsOfMap(colors) {
  if (twoClasses()) return colors.lean;
  return classLabels().flatMap(
      (_, label) => strengths.map(
          (strength) =>
              mixed(colors.lean[4], colors.kinds[label % colors.kinds.length], strength)));
}

/** The colours in the order in which they lie on each other: those that lean most on top. */
function onTopFirst(n) {
  const lean = (c) => twoClasses() ? Math.abs(c - (n - 1) / 2) : c % strengths.length;
  return largestFirst(n, lean);
}

/** The radius of a word's point: more where there is room for it. */
function pointRadius() {
  const plot = byId('map-plot');
  const room = Math.sqrt(plot.clientWidth * plot.clientHeight / map.shown);
  return Math.max(1.4, Math.min(4, 0.26 * room)) *
      Math.min(1.8, Math.sqrt(map.whole.scale / map.now.scale));
}

/** Puts each word where it is now, into the series of its colour. */
function placeWords(chart) {
  const series = chart.data.datasets.filter((line) => line.color !== undefined);
  const lists = Array.from({length: colorCount()}, () => []);
  for (const point of map.points.slice(0, map.shown)) {
    Object.assign(point, placeOf(point.word, map.now.time));
    lists[colorOf(point.word, map.now.time)].push(point);
  }
  const radius = pointRadius();
  for (const line of series) Object.assign(line, {data: lists[line.color], radius});
}

/** The places of a word up to a time, one for each epoch, and where it is at that time. */
function pathOf(i, until) {
  const path = [];
  for (let time = 0; time <= until; ++time)
    path.push({...placeOf(i, time), epoch: map.data.epochs[time]});
  if (!Number.isInteger(until)) path.push(placeOf(i, until));
  return path;
}

function placePaths(chart) {
  const line = (name) => chart.data.datasets.find((dataset) => dataset.name === name);
  const picked = wordIndex(page.word);
  const movers = map.trails && picked === undefined ? map.movers : [];
  line('trails').data = movers.flatMap((i) => [...pathOf(i, map.now.time), {x: NaN, y: NaN}]);
  line('path').data = picked === undefined ? [] : pathOf(picked, lastTime());
  line('picked').data =
      picked === undefined ? [] : [{...placeOf(picked, map.now.time), word: picked}];
}

/** The words that have their name beside them. */
function namedWords() {
  const picked = wordIndex(page.word);
  if (picked === undefined) return map.movers;
  const near = neighboursOf(page.word);
  const others = near ? [...near.after, ...near.before].map(([word]) => wordIndex(word)) : [];
  return [picked, ...new Set(others.filter((i) => i !== undefined && i !== picked))];
}

/** Writes the names; one that would lie on another is left out. */
const namesPlugin = {
  id: 'names',
  afterDatasetsDraw(chart) {
    const {ctx, scales} = chart;
    const colors = chart.options.plugins.names;
    const taken = [];
    ctx.save();
    Object.assign(ctx, {textBaseline: 'middle', lineJoin: 'round', lineWidth: 4});
    Object.assign(ctx, {strokeStyle: colors.panel, fillStyle: colors.ink});
    for (const [k, i] of namedWords().entries()) {
      const place = placeOf(i, map.now.time);
      let [x, y] = [scales.x.getPixelForValue(place.x), scales.y.getPixelForValue(place.y)];
      ctx.font = `${k === 0 && page.word !== null ? '700 15px' : '600 12px'} ${colors.sans}`;
      const text = shortened(map.data.words[i]);
      const width = ctx.measureText(text).width;
      const main = k === 0 && page.word !== null;
      if (main) y -= 20;  // its path needs the place beside it
      const left = (main ? [x - width / 2] : [x + 8, x - 8 - width])
                       .find(
                           (from) => from > 0 && from + width < chart.width &&
                               !taken.some(
                                   (box) => Math.abs(box.y - y) < 15 && from < box.right + 4 &&
                                       from + width > box.left - 4));
      if (left === undefined || y < 8 || y > chart.height - 8) continue;
      taken.push({left, right: left + width, y});
      ctx.strokeText(text, left, y);
      ctx.fillText(text, left, y);
    }
    ctx.restore();
  },
};

/** What is known of a word at a time, for its label. */
function wordLines(i, time) {
  const moved = map.data.moved?.[i];
  return [
    `${count(map.data.count[i])} times in train`, leaningText(i, Math.round(time)),
    ...(missing(moved) ? [] : [`moved ${number(moved)}`])
  ];
}

function mapSeries(colors) {
  const fills = colorsOfMap(colors);
  const still = {pointRadius: 0, pointHitRadius: 0, showLine: true, borderJoinStyle: 'round'};
  return [
    {
      name: 'picked',
      data: [],
      radius: 8,
      hoverRadius: 8,
      hitRadius: 0,
      borderWidth: 2.5,
      borderColor: colors.ink,
      backgroundColor: 'transparent'
    },
    {
      name: 'path',
      data: [],
      ...still,
      borderColor: colors.ink,
      borderWidth: 1.75,
      pointRadius: 3,
      pointHitRadius: 4,
      pointBackgroundColor: colors.panel,
      pointBorderColor: colors.ink
    },
    {name: 'trails', data: [], ...still, borderColor: faded(colors.ink, 0.45), borderWidth: 1.25},
    ...onTopFirst(fills.length).map((color) => ({
                                      color,
                                      data: [],
                                      hitRadius: 5,
                                      hoverRadius: 6,
                                      borderWidth: 0,
                                      backgroundColor: faded(fills[color], 0.88),
                                      hoverBackgroundColor: fills[color],
                                      hoverBorderWidth: 2,
                                      hoverBorderColor: colors.ink,
                                    })),
  ];
}

function mapChart(colors) {
  const plot = byId('map-plot');
  const size = {width: plot.clientWidth, height: plot.clientHeight};
  fitView(size);
  const config = {
    type: 'scatter',
    data: {datasets: mapSeries(colors)},
    options: {
      layout: {autoPadding: false},
      scales: {
        x: {display: false, ...rangeOf('x', size.width)},
        y: {display: false, ...rangeOf('y', size.height)}
      },
      onResize: (chart, resized) => {
        fitView(resized);
        setRanges(chart, resized);
      },
      onClick: (event, items, chart) => {
        if (map.dragged) return;
        const pointOf = ({datasetIndex, index}) => chart.data.datasets[datasetIndex].data[index];
        const word = items.map((item) => pointOf(item).word).find((i) => i !== undefined);
        if (word !== undefined) pickWord(map.data.words[word], false);
      },
      plugins: {
        names: {panel: colors.panel, ink: colors.ink, sans: colors.sans},
        tooltip: {
          displayColors: false,
          callbacks: {
            title: ([item]) => item.raw.word === undefined ?
                shortened(page.word) :
                shortened(map.data.words[item.raw.word], 40),
            label: ({raw}) =>
                raw.word === undefined ? epochName(raw.epoch) : wordLines(raw.word, map.now.time),
          },
          filter: (item, _, items) => items.indexOf(item) < 1 || item.raw.word !== undefined
        },
      },
    },
    plugins: [namesPlugin],
  };
  placeWords(config);
  placePaths(config);
  return config;
}

/** Draws what `map.now` and `page.word` say. */
function drawMap() {
  const chart = Chart.getChart('map-chart');
  placeWords(chart);
  placePaths(chart);
  setRanges(chart, chart);
  chart.update('none');
}

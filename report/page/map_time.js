// The slider through the epochs, and what stands around the map.

let playing = false;

const epochName = (epoch) => epoch === 0 ? 'before training' : `epoch ${epoch}`;

/** The place of the kept epoch in the list, or the nearest before it. */
function keptTime() {
  const before =
      map.data.epochs.filter((epoch) => epoch <= (map.data.best_epoch ?? Infinity)).length;
  return Math.max(0, before - 1);
}

/** An epoch of the list as text. */
function timeText(time) {
  const kept = time === keptTime() && time > 0 ? ', kept' : '';
  return `${epochName(map.data.epochs[time])}${kept}`;
}

function showTime(time) {
  byId('epoch').value = time;
  byId('epoch').setAttribute('aria-valuetext', timeText(time));
  fill('epoch-text', timeText(time));
  fill('map-epoch', capitalized(timeText(time)));
}

/** Goes to a place in the list of epochs. */
function goToTime(time, then) {
  showTime(time);
  moveMap({time}, () => {
    showWord();
    then?.();
  }, playing ? 500 : 250);
}

function stopPlaying() {
  playing = false;
  byId('play').textContent = 'Play';
  byId('play').setAttribute('aria-pressed', 'false');
}

/** Shows one epoch after the other to the last one; from the first one if it is there already. */
function play() {
  if (playing) return stopPlaying();
  playing = true;
  byId('play').textContent = 'Pause';
  byId('play').setAttribute('aria-pressed', 'true');
  const next = (time) => {
    if (!playing) return;
    if (time > lastTime()) return stopPlaying();
    goToTime(time, () => setTimeout(() => next(time + 1), reducedMotion() ? 900 : 150));
  };
  const now = Number(byId('epoch').value);
  next(now < lastTime() ? now + 1 : 0);
}

function showSlider() {
  stopPlaying();
  const slider = byId('epoch');
  slider.max = lastTime();
  slider.disabled = byId('play').disabled = lastTime() === 0;
  fill('epoch-marks', ...map.data.epochs.map((_, i) => element('option', {value: i})));
  slider.oninput = () => {
    stopPlaying();
    goToTime(Number(slider.value));
  };
  byId('play').onclick = play;
}

function showShownWords() {
  const all = map.data.words.length;
  const choices = [...new Set([all, ...[2000, 500, 100].filter((n) => n < all)])];
  fill(
      'shown',
      ...choices.map(
          (n) => element(
              'option', {value: n}, n === all ? `all ${count(n)}` : `${count(n)} most frequent`)));
  map.shown = all;
  byId('shown').onchange = (event) => {
    map.shown = Number(event.target.value);
    drawMap();
  };
}

function showMapLegend() {
  if (!map.data) return;
  const labels = classLabels();
  const swatch = (color) => element('i', {'--key': color});
  const colors = colorsOfMap(palette());
  const edges = listed(leaningEdges.map((edge) => `${100 * edge}`));
  const legend = twoClasses() ?
      [element(
          'span', {class: 'scale'}, 'surely ', wordText(labels[1 - map.data.leaning_class] ?? ''),
          element(
              'span', {
                class: 'steps',
                role: 'img',
                'aria-label': 'nine colours from the one class to the other'
              },
              ...colors.map(swatch)),
          'surely ', wordText(labels[map.data.leaning_class] ?? ''))] :
      labels.map(
          (label, i) => element(
              'span', {class: 'scale'},
              element(
                  'span', {class: 'steps'},
                  ...strengths.map((_, s) => swatch(colors[strengths.length * i + s]))),
              wordText(label)));
  fill(
      'map-legend',
      element('strong', {id: 'map-epoch'}, capitalized(timeText(Math.round(map.now.time)))),
      ...legend,
      element(
          'span', {},
          twoClasses() ? `what the classifier says of the word alone; steps at ${edges} %` :
                         'what the classifier says of the word alone, paler where less sure'));
}

function mapWords() {
  const {words, pca, best_epoch: best} = map.data;
  const [first, second] = pca.explained ?? [];
  const directions =
      missing(first) ? '' : ` (${percent(first, 0)} across and ${percent(second, 0)} upwards)`;
  const what = `The ${count(words.length)} most frequent words, drawn along the two directions ` +
      `in which the table varies most${directions}. `;
  if (frozenTable(map.data)) {
    return what +
        'The table was frozen: no word moves, only what the classifier says of them changes.';
  }
  if (map.movers.length === 0)
    return what + `Up to epoch ${best ?? '–'}, whose model was kept, none of them moved.`;
  return what + `Drag the slider to see them move; the model of epoch ${best ?? '–'} was kept.`;
}

/** Shows the map of the way that is looked at. */
function showMap() {
  map.data = recorded();
  map.points = map.data.words.map((_, word) => ({x: 0, y: 0, word}));
  map.index = new Map(map.data.words.map((word, i) => [word, i]));
  map.movers = largestFirst(map.data.words.length, (i) => map.data.moved?.[i] ?? 0)
                   .slice(0, 12)
                   .filter((i) => map.data.moved?.[i] > 0);
  map.extent = extentOf(map.data.pca.xy);
  map.whole =
      wholeView({width: byId('map-plot').clientWidth, height: byId('map-plot').clientHeight});
  endMovements();
  Object.assign(map.now, map.whole, {time: keptTime()});
  showSlider();
  showShownWords();
  byId('trails').closest('label').hidden = map.movers.length === 0;
  byId('trails').onchange = (event) => {
    map.trails = event.target.checked;
    drawMap();
  };
  const text = mapWords();
  fill('map-text', text);
  showChart('map-chart', `Map of the words. ${text}`, mapChart);
  showMapLegend();
  showTime(keptTime());
  showWord();
}

// Finding a word, and what is known of it.

/** The place of a word in the lists of the map, or undefined. */
const wordIndex = (word) => word === null ? undefined : map.index?.get(word);

/** What is known of a word's neighbours, or undefined. */
const neighboursOf = (word) => (recorded()?.neighbours ?? []).find((entry) => entry.word === word);

/** What the classifier says of a word alone at a place in the list of epochs. */
function leaningText(i, time) {
  const {leaning, leaning_class: wanted, leaning_label: named} = map.data;
  const labels = page.report.data.labels;
  const share = at(leaning, time)[i];
  if (missing(share)) return 'leaning unknown';
  const label = missing(wanted) ? labels[at(named, time)[i]] :
      share >= 0.5              ? labels[wanted] :
                                  labels[1 - wanted];
  const sure = percent(missing(wanted) || share >= 0.5 ? share : 1 - share, 0);
  return `“${label}”, ${sure} sure`;
}

const folded = (text) => text.normalize('NFC').toLocaleLowerCase();

/**
 * Up to `most` words that fit what was typed: that word, those that begin with it, those with it
 * inside.
 */
function suggestions(typed, most = 8) {
  const wanted = folded(typed.trim());
  if (wanted === '') return [];
  const ranks = [[], [], []];
  for (const word of map.data.words) {
    const text = folded(word);
    if (text === wanted)
      ranks[0].push(word);
    else if (text.startsWith(wanted))
      ranks[1].push(word);
    else if (text.includes(wanted))
      ranks[2].push(word);
  }
  return ranks.flat().slice(0, most);
}

/** Picks a word: its path is drawn, its facts are shown, and the map goes to it if `centre`. */
function pickWord(word, centre = true) {
  const i = wordIndex(word);
  if (i === undefined) {
    fill(
        'search-note', '“', wordText(shortened(word)),
        `” is not among the ${count(map.data.words.length)} words of this map.`);
    return;
  }
  page.word = word;
  byId('search').value = word;
  stopPlaying();
  showWord();
  const facts = wordLines(i, map.now.time).join(', ');
  fill('search-note', 'Showing “', wordText(word), `”: ${facts}.`);
  if (!centre) return drawMap();
  const path = pathOf(i, lastTime());
  const plot = byId('map-plot');
  const spread = (name) =>
      Math.max(...path.map((p) => Math.abs(p[name] - placeOf(i, map.now.time)[name])));
  const needed = 2.6 * Math.max(spread('x') / plot.clientWidth, spread('y') / plot.clientHeight);
  const scale = Math.min(map.whole.scale, Math.max(needed, map.whole.scale / 5));
  moveMap({...placeOf(i, map.now.time), scale});
}

function forgetWord() {
  page.word = null;
  byId('search').value = '';
  fill('search-note');
  showWord();
  moveMap(map.whole);
}

/** Facts about the picked word; without one, words to begin with. */
function showWord() {
  const i = wordIndex(page.word);
  if (i === undefined) return showFirstWords();
  const data = map.data;
  const rank = largestFirst(data.words.length, (w) => data.moved?.[w] ?? 0).indexOf(i) + 1;
  const facts = [
    ['Times in train', count(data.count[i])],
    ['Steps with a gradient', count(data.touched?.[i])],
    ['Began as', data.pretrained?.[i] ? 'pretrained vector' : 'random numbers'],
    [
      'Moved',
      data.moved?.[i] > 0 ?
          `${number(data.moved[i])}, rank ${count(rank)} of ${count(data.words.length)}` :
          'not at all'
    ],
    ['Norm', `${number(data.norm_before?.[i])} → ${number(data.norm_after?.[i])}`],
    ['Before training', leaningText(i, 0)],
    [
      capitalized(epochName(data.epochs[Math.round(map.now.time)])),
      leaningText(i, Math.round(map.now.time))
    ],
  ];
  const near = neighboursOf(page.word);
  fill(
      'word',
      element(
          'h3', {}, wordText(page.word),
          element('button', {type: 'button', class: 'controls', onclick: forgetWord}, 'Clear')),
      element(
          'dl', {},
          ...facts.map(
              ([name, value]) =>
                  element('div', {}, element('dt', {}, name), element('dd', {}, value)))),
      near ? neighbourSides(near) : undefined);
}

function showFirstWords() {
  const words = (map.movers.length > 0 ? map.movers : map.data.words.slice(0, 12).map((_, i) => i))
                    .map((i) => map.data.words[i]);
  const chip = (word) => element(
      'li', {}, element('button', {type: 'button', onclick: () => pickWord(word)}, wordText(word)));
  fill(
      'word',
      element(
          'p', {class: 'small'},
          map.movers.length > 0 ?
              'The words that moved most, named on the map. Pick one to see its path and its ' +
                  'neighbours:' :
              'Pick a word to see what the classifier says of it:'),
      element('ul', {class: 'chips'}, ...words.map(chip)));
}

/** The box with the search: a combobox, whose list the arrow keys walk. */
function followSearch() {
  const box = byId('search');
  const list = byId('suggestions');
  let found = [];
  let active = -1;
  const show = (words, chosen = -1) => {
    [found, active] = [words, chosen];
    list.replaceChildren(...words.map(
        (word, k) => element(
            'li', {
              role: 'option',
              id: `suggestion-${k}`,
              'aria-selected': `${k === active}`,
              onpointerdown: (event) => event.preventDefault(),
              onclick: () => pick(word)
            },
            wordText(shortened(word)),
            element('span', {class: 'num'}, `${count(map.data.count[wordIndex(word)])} ×`))));
    list.hidden = words.length === 0;
    box.setAttribute('aria-expanded', `${!list.hidden}`);
    if (active >= 0)
      box.setAttribute('aria-activedescendant', `suggestion-${active}`);
    else
      box.removeAttribute('aria-activedescendant');
  };
  const pick = (word) => {
    show([]);
    pickWord(word);
  };
  const keys = {
    ArrowDown: () => show(found, Math.min(active + 1, found.length - 1)),
    ArrowUp: () => show(found, Math.max(active - 1, -1)),
    Escape: () => show([]),
    Enter: () => {
      if (box.value.trim() !== '')
        pick(found[Math.max(active, 0)] ?? suggestions(box.value, 1)[0] ?? box.value.trim());
    },
  };
  box.addEventListener('input', () => {
    const words = suggestions(box.value);
    show(words);
    fill(
        'search-note',
        box.value.trim() && words.length === 0 ? 'No word of this map has these letters.' : '');
  });
  box.addEventListener('keydown', (event) => {
    if (event.isComposing || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  box.addEventListener('blur', () => show([]));
}

// What the model says of texts: confusion matrix, most certain mistakes, most certain right ones.

/**
 * Counts of texts by true class in lines and predicted class in columns, shaded by their share of
 * the line.
 */
function showConfusion(data, labels) {
  const matrix = data.confusion;
  const name = (i) => wordText(labels[i] ?? `class ${i}`);
  const cell = (line, i) => (n, j) => {
    const sum = line.reduce((all, some) => all + some, 0);
    const share = sum > 0 ? n / sum : 0;
    return element(
        'td', {class: i === j ? undefined : 'wrong', '--share': share.toFixed(3)}, count(n),
        element('span', {}, `${percent(share)}${i === j ? ' right' : ''}`));
  };
  fill(
      'confusion',
      element(
          'thead', {},
          element(
              'tr', {}, element('th'),
              ...matrix[0].map(
                  (_, j) => element('th', {scope: 'col'}, element('span', {}, 'says '), name(j))))),
      element(
          'tbody', {},
          ...matrix.map(
              (line, i) => element(
                  'tr', {}, element('th', {scope: 'row'}, element('span', {}, 'is '), name(i)),
                  ...line.map(cell(line, i))))));
}

/**
 * A word of a text. Its weight speaks for the predicted class if positive: drawn in that class'
 * colour, underlined, and marked + or ++ ; against: the other colour, dotted, − or −−.
 */
function token([text, weight], most, colorFor, colorAgainst) {
  const share = most > 0 && !missing(weight) ? Math.abs(weight) / most : 0;
  const strength = share >= 0.6 ? 2 : share >= 0.25 ? 1 : 0;
  const speaks = weight > 0;
  return element(
      'span', {
        class: `token${strength ? (speaks ? ' for' : ' against') : ''}`,
        title: missing(weight) ? undefined : `weight ${number(weight)}`,
        '--key': speaks ? colorFor : colorAgainst,
        '--share': share.toFixed(2),
      },
      wordText(text),
      strength ? element('sup', {}, (speaks ? '+' : '−').repeat(strength)) : undefined);
}

/** The colours that speak for a class and against it: those of the map. */
function classColors(label, labels) {
  if (twoClasses())
    return [`var(--lean-${label === 1 ? 7 : 1})`, `var(--lean-${label === 1 ? 1 : 7})`];
  return [`var(--kind-${label % 8})`, 'var(--muted)'];
}

/** A probability in percent, which says 100 % of none. */
const sureness = (probability) =>
    probability > 0.9999 ? 'more than 99.99\u00a0%' : percent(probability, 2);

function markedText({text, left_out: leftOut, label, predicted, probability}, labels) {
  const name = (i) => wordText(labels[i] ?? `class ${i}`);
  const most = text.reduce((greatest, [, weight]) => Math.max(greatest, Math.abs(weight ?? 0)), 0);
  const said = [name(predicted), `, ${sureness(probability)} sure`];
  const truth =
      label === predicted ? [', and right'] : ['. It is ', element('strong', {}, name(label))];
  return element(
      'li', {}, element('p', {class: 'verdict'}, 'The model says ', ...said, ...truth, '.'),
      element(
          'p', {class: 'text', dir: 'auto'},
          text.flatMap((each) => [token(each, most, ...classColors(predicted, labels)), ' ']),
          leftOut ? element('span', {class: 'small'}, `… and ${count(leftOut)} more`) : null));
}

function showTexts(id, texts, labels, shown) {
  byId(`${id}-title`).hidden = texts.length === 0;
  fill(id, ...texts.slice(0, shown).map((text) => markedText(text, labels)));
}

function showMistakes(shown = 8) {
  const {mistakes = [], right = []} = recorded();
  const labels = page.report.data.labels;
  byId('mistakes-text').hidden = mistakes.length + right.length === 0;
  fill(
      'mistakes-text',
      'Underlined words with + speak for what the model says, dotted ones with − against it; ' +
          '++ and −− do so strongly.');
  showTexts('mistakes', mistakes, labels, shown);
  showTexts('right', right, labels, shown > 8 ? right.length : 3);
  moreButton(
      'mistakes-more', Math.min(shown, mistakes.length), mistakes.length, 'mistakes',
      () => showMistakes(mistakes.length));
}

function showPredictions() {
  const data = recorded();
  const matrix = data.confusion ?? [];
  const texts = matrix.flat().reduce((sum, n) => sum + n, 0);
  byId('predictions').hidden = texts === 0;
  if (texts === 0) return;
  const right = matrix.reduce((sum, line, i) => sum + (line[i] ?? 0), 0);
  fill(
      'predictions-text',
      `${count(right)} of ${count(texts)} ${data.confusion_of ?? ''} texts right, ` +
          `${percent(right / texts)}, in the run with seed ${data.seed ?? '–'}.`);
  showConfusion(data, page.report.data.labels);
  showMistakes();
}

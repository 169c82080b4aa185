// The nearest neighbours of words before and after training, side by side.

/** The two lists of an entry, with what left and what came marked by sign, line and colour. */
function neighbourSides({before, after}) {
  const names = (side) => new Set(side.map(([word]) => word));
  const [were, are] = [names(before), names(after)];
  const line = (other, mark, sign, said) => ([word, similarity]) => {
    const changed = !other.has(word);
    return element(
        'li', {class: changed ? mark : undefined},
        element('span', {class: 'sign', 'aria-hidden': 'true'}, changed ? sign : ''),
        element('bdi', {title: word}, word),
        changed ? element('span', {class: 'hidden-text'}, said) : undefined,
        element('span', {class: 'num'}, missing(similarity) ? '' : similarity.toFixed(2)));
  };
  return element(
      'div', {class: 'sides'},
      element(
          'div', {}, element('h4', {}, 'Before'),
          element('ol', {}, ...before.map(line(are, 'gone', '−', ' (left)')))),
      element(
          'div', {}, element('h4', {}, 'After'),
          element('ol', {}, ...after.map(line(were, 'new', '+', ' (came)')))));
}

/** How many of the neighbours of an entry are new. */
function newcomers({before, after}) {
  const were = new Set(before.map(([word]) => word));
  return after.filter(([word]) => !were.has(word)).length;
}

function neighbourCard(entry) {
  const fresh = newcomers(entry);
  const said = fresh === 0 ? 'all neighbours stayed' :
                             `${fresh} of ${entry.after.length} neighbours are new`;
  return element(
      'li', {class: 'card'},
      element(
          'h3', {},
          wordIndex(entry.word) === undefined ? wordText(entry.word) : wordButton(entry.word)),
      element('p', {class: 'small'}, said), neighbourSides(entry));
}

/** The words asked for come first, then those that moved most. */
function showNeighbours(shown = 6) {
  const all = recorded().neighbours ?? [];
  const entries = [...all.filter((entry) => entry.asked), ...all.filter((entry) => !entry.asked)];
  byId('neighbours').hidden = entries.length === 0;
  if (entries.length === 0) return;
  const fresh = mean(entries.map(newcomers));
  const most = Math.max(...entries.map((entry) => entry.after.length));
  fill(
      'neighbours-text',
      'The nearest words by cosine similarity, before training and at the kept epoch. ' +
          `Of the ${most} neighbours of these ${count(entries.length)} words, ` +
          `${fresh.toFixed(1)} are new on average. `,
      '− left, + came.');
  fill('neighbours-cards', ...entries.slice(0, shown).map(neighbourCard));
  moreButton('neighbours-more', Math.min(shown, entries.length), entries.length, 'words', () => {
    showNeighbours(entries.length);
    byId('neighbours-cards').children[shown].querySelector('button')?.focus();
  });
}

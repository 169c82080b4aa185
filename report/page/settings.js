// What the training was told: command, data, settings.

function settingText(value) {
  if (value === null || value === '') return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : number(value);
  return Array.isArray(value) ? value.join(', ') : String(value);
}

function showSettings(report) {
  const {files = [], coverage, labels, vocabulary_size: rows} = report.data;
  const classes = classLabels();
  fill('command', report.command ?? '');
  byId('command').parentElement.hidden = !report.command;
  fill(
      'files',
      element(
          'thead', {},
          element(
              'tr', {},
              ...['Use', 'File', 'Texts'].map(
                  (text, i) =>
                      element('th', {scope: 'col', class: i === 2 ? 'right' : undefined}, text)))),
      element(
          'tbody', {},
          ...files.map(
              (file) => element(
                  'tr', {}, element('th', {scope: 'row'}, file.use),
                  element('td', {}, wordText(file.file)),
                  element('td', {class: 'right num'}, count(file.texts))))));
  const share = (part, all) => percent(part / all, 0);
  const covered = !coverage?.tokens ?
      '' :
      ` ${share(coverage.words_with_vector, coverage.words)} of the words have a pretrained ` +
          `vector, which are ${share(coverage.tokens_with_vector, coverage.tokens)} of the text.`;
  const names = (some) => some.flatMap((label, i) => [i > 0 ? ', ' : '', wordText(label)]);
  const others = labels.slice(classes.length);
  fill(
      'coverage', `${plural(classes.length, 'class', 'classes')}: `, ...names(classes), '. ',
      ...(others.length > 0 ? ['Only in dev or test: ', ...names(others), '. '] : []),
      `${count(rows)} entries in the vocabulary.${covered}`);
  fill(
      'settings-list',
      ...Object.entries(report.settings ?? {})
          .map(
              ([name, value]) => element(
                  'div', {}, element('dt', {}, name.replaceAll('_', ' ')),
                  element('dd', {}, settingText(value)))));
  fill(
      'made-by',
      `Made by ${report.program ?? 'tapegrad'}${report.created ? `, ${report.created}` : ''}. ` +
          'One file, nothing is loaded from elsewhere.');
}

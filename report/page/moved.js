// The words that moved most, as a table.

/** Columns that sort the table: title, key of a word, and what its cell shows. */
function movedColumns() {
  const data = map.data;
  const most = Math.max(...data.moved);
  const bar = (i) => element(
      'span', {class: 'track', 'aria-hidden': 'true'},
      element('i', {style: `width: ${100 * data.moved[i] / most}%`}));
  const [before, after] = [0, keptTime()];
  const change = (i) => Math.abs(at(data.leaning, after)[i] - at(data.leaning, before)[i]);
  return [
    {title: 'Moved', key: (i) => data.moved[i], cell: (i) => [fixed(data.moved[i], most), bar(i)]},
    {
      title: 'Leaning before → after',
      key: missing(data.leaning_class) ? undefined : change,
      cell: (i) => leaningCell(i, before, after)
    },
    {title: 'Times in train', key: (i) => data.count[i], cell: (i) => [count(data.count[i])]},
    {
      title: 'Steps with a gradient',
      key: (i) => data.touched?.[i],
      cell: (i) => [count(data.touched?.[i])]
    },
  ];
}

/**
 * What the classifier says of a word before and after: as text, and between two classes as a way.
 */
function leaningCell(i, before, after) {
  const [from, to] = [before, after].map((time) => at(map.data.leaning, time)[i]);
  if (missing(map.data.leaning_class) || missing(from) || missing(to)) {
    return [`${leaningText(i, before)} → ${leaningText(i, after)}`];
  }
  const color = (time) => `var(--lean-${colorOf(i, time)})`;
  const way = element('i', {
    class: to < from ? 'back' : undefined,
    style: `left: ${100 * Math.min(from, to)}%; width: ${100 * Math.abs(to - from)}%`
  });
  const track = element(
      'span',
      {class: 'track lean', '--from': color(before), '--to': color(after), 'aria-hidden': 'true'},
      way, element('b', {style: `left: ${100 * to}%`}));
  return [percent(from, 0), track, percent(to, 0)];
}

function showMoved(shown = 15, sorted = {
  column: 0,
  up: false
}) {
  const moved = map.data.moved ?? [];
  const n = map.movers.length === 0 ? 0 : moved.filter((distance) => distance > 0).length;
  byId('moved').hidden = n === 0;
  if (n === 0) return;
  const columns = movedColumns();
  const pool = largestFirst(moved.length, (i) => moved[i]).slice(0, Math.min(100, n));
  const key = columns[sorted.column].key;
  const rows = [...pool].sort((a, b) => (sorted.up ? 1 : -1) * (key(a) - key(b))).slice(0, shown);
  const labels = page.report.data.labels;
  const {leaning_class: wanted} = map.data;
  const sides = missing(wanted) ?
      '' :
      `Leaning runs from ${labels[1 - wanted]} on the left to ${labels[wanted]} on the right.`;
  fill('moved-text', 'How far each row lies from where it began, at the kept epoch. ', sides);
  const head = (column, k) => {
    const order = k === sorted.column ? (sorted.up ? 'ascending' : 'descending') : undefined;
    const sort = () => {
      showMoved(shown, {column: k, up: k === sorted.column && !sorted.up});
      byId('moved-table').querySelectorAll('thead button')[k]?.focus();
    };
    const title = column.key ? element('button', {type: 'button', onclick: sort}, column.title) :
                               column.title;
    return element('th', {scope: 'col', 'aria-sort': order}, title);
  };
  fill(
      'moved-table',
      element(
          'thead', {},
          element('tr', {}, element('th', {scope: 'col'}, 'Word'), ...columns.map(head))),
      element(
          'tbody', {},
          ...rows.map(
              (i) => element(
                  'tr', {}, element('th', {scope: 'row'}, wordButton(map.data.words[i])),
                  ...columns.map(
                      (column) => element(
                          'td', {class: column.key ? 'num' : 'num words'}, ...column.cell(i)))))));
  moreButton('moved-more', rows.length, pool.length, 'words', () => showMoved(pool.length, sorted));
}

// Parts of the page and the text in them. Words come from strangers' files: they only ever become
// text nodes and attributes, never markup.

/** The element with this id. */
const byId = (id) => document.getElementById(id);

/**
 * A new element. `attributes`: names to values; `class`, `on...` functions and `--...` custom
 * properties are understood, undefined and false leave an attribute out. `children`: nodes, texts
 * and lists of them.
 */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  // Before `dir` is set: with "auto" the browser looks through all children for each new one.
  for (const child of children.flat())
    if (child !== undefined && child !== null) made.append(child);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function')
      made.addEventListener(name.slice(2), value);
    else if (name.startsWith('--'))
      made.style.setProperty(name, value);
    else
      made.setAttribute(name, value === true ? '' : value);
  }
  return made;
}

/** Puts these children in place of what the element with this id had. */
function fill(id, ...children) {
  byId(id).replaceChildren(...children.filter((child) => child !== undefined && child !== null));
}

/** A word that stands on its own, whichever direction it is written in. */
const wordText = (word) => element('bdi', {}, word);

/** A word that shows itself on the map when it is pressed. */
function wordButton(word) {
  const pick = () => {
    pickWord(word);
    byId('map').scrollIntoView();
    byId('map-chart').focus({preventScroll: true});
  };
  return element(
      'button', {type: 'button', class: 'as-text', onclick: pick, title: 'Show on the map'},
      wordText(word));
}

/** A word for the canvas, which cannot wrap. */
const shortened = (word, most = 24) => [...word].length > most ?
    `${[...word].slice(0, most - 1).join('')}…` :
    word;

/** Shows a button that makes a list longer, or none when all is shown. */
function moreButton(id, shown, all, what, show) {
  const button = byId(id);
  button.hidden = all <= shown;
  button.textContent = `Show all ${count(all)} ${what}`;
  button.onclick = show;
}

// Numbers as text. What could not be measured is null, or missing.

const missing = (value) => value === null || value === undefined || Number.isNaN(value);

const count = (n) => (missing(n) ? '–' : n.toLocaleString('en'));

/** A share of 1 in percent. */
const percent = (share, digits = 1) =>
    (missing(share) ? '–' : `${(100 * share).toFixed(digits)}\u00a0%`);

// Formats are kept: to make one takes much longer than to use it.
const numberFormats = new Map();

function numberFormat(digits) {
  if (!numberFormats.has(digits))
    numberFormats.set(digits, new Intl.NumberFormat('en', {maximumSignificantDigits: digits}));
  return numberFormats.get(digits);
}

/** A number with three significant digits. */
function number(value) {
  if (missing(value)) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6) return value.toExponential(1).replace('e', ' e').replace('+', '');
  return numberFormat(Math.max(3, Math.ceil(Math.log10(size)))).format(value);
}

/** A number as text, with as many decimals as three digits of the greatest of its kind need. */
const fixed = (value, greatest) => missing(value) ?
    '–' :
    value.toFixed(Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(greatest || 1)))));

const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Standard deviation with n − 1; 0 for one value. */
function deviation(values) {
  if (values.length < 2) return 0;
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, v) => sum + (v - middle) ** 2, 0) / (values.length - 1));
}

/** "a, b and c". */
function listed(parts) {
  if (parts.length < 2) return parts.join('');
  return `${parts.slice(0, -1).join(', ')} and ${parts[parts.length - 1]}`;
}

/** Indices 0..n-1, those with the largest key first; equal ones keep their order. */
function largestFirst(n, key) {
  return Array.from({length: n}, (_, i) => i).sort((a, b) => key(b) - key(a) || a - b);
}

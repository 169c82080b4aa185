// Puts the page together from the data in it.

/** Shows everything that belongs to one way of training. */
function showWay() {
  const data = recorded();
  const way = page.report.ways[page.way];
  const beside = way.runs.length === 0 ? '' : ' beside its results';
  byId('not-recorded').hidden = data !== null;
  fill(
      'not-recorded',
      `Of “${wayName(way)}” nothing was recorded${beside}, so there is no map and no list ` +
          'of its words.');
  for (const section of document.querySelectorAll('.of-way')) section.hidden = data === null;
  if (data === null) return stopPlaying();
  showMap();
  showMoved();
  showNeighbours();
  showRows();
  showPredictions();
}

/** Begins with the best way that something was recorded of. */
function firstWay(report) {
  const order = byAccuracy(report);
  return order.find((i) => report.ways[i].recorded) ?? order[0];
}

/** Marks the section that is being read in the bar. */
function followSections() {
  const links =
      new Map([...document.querySelectorAll('.bar a')].map((link) => [link.hash.slice(1), link]));
  const watch = new IntersectionObserver((entries) => {
    for (const {target, isIntersecting} of entries) {
      if (isIntersecting)
        links.get(target.id)?.setAttribute('aria-current', 'true');
      else
        links.get(target.id)?.removeAttribute('aria-current');
    }
  }, {rootMargin: '-45% 0px -54% 0px'});
  for (const id of links.keys()) watch.observe(byId(id));
}

function showReport(report) {
  if (report.format_version !== 1) {
    throw new Error(
        `its data has format version ${report.format_version}, this page reads version 1`);
  }
  if (!report.ways?.length) throw new Error('it has no way of training');
  page.report = report;
  page.way = firstWay(report);
  followTheme();
  showHeadline(report);
  showCurves(report);
  showSettings(report);
  showWays(showWay);
  followMapControls();
  followSearch();
  showWay();
  followSections();
}

document.addEventListener('DOMContentLoaded', () => {
  try {
    showReport(JSON.parse(byId('data').textContent));
  } catch (error) {
    byId('trouble').hidden = false;
    byId('trouble').textContent = `This report cannot be shown: ${error.message}.`;
    console.error(error);
  }
});

// Moving the map: through time, and the view of it by mouse, fingers and keys.

const least = 0.02;  // of the scale that shows the whole map

/** The limits of an axis that is so many pixels long. */
function rangeOf(axisName, pixels) {
  const half = map.now.scale * pixels / 2;
  return {min: map.now[axisName] - half, max: map.now[axisName] + half};
}

function setRanges(chart, size) {
  Object.assign(chart.options.scales.x, rangeOf('x', size.width));
  Object.assign(chart.options.scales.y, rangeOf('y', size.height));
}

/** The least and the greatest coordinates of all words at all times. */
function extentOf(places) {
  const extent = {x: [Infinity, -Infinity], y: [Infinity, -Infinity]};
  for (const list of places) {
    for (let i = 0; i < list.length; ++i) {
      const limits = i % 2 === 0 ? extent.x : extent.y;
      if (list[i] < limits[0]) limits[0] = list[i];
      if (list[i] > limits[1]) limits[1] = list[i];
    }
  }
  return extent;
}

/** The view that shows all words at all times in a plot of this size. */
function wholeView(size) {
  const {x, y} = map.extent;
  const scale = 1.1 * Math.max((x[1] - x[0]) / size.width, (y[1] - y[0]) / size.height);
  return {
    x: (x[0] + x[1]) / 2 || 0,
    y: (y[0] + y[1]) / 2 || 0,
    scale: scale > 0 && Number.isFinite(scale) ? scale : 1
  };
}

/** Fits the view to a plot of another size: as much of the whole as before. */
function fitView(size) {
  const share = map.now.scale / map.whole.scale;
  map.whole = wholeView(size);
  map.now.scale = share * map.whole.scale;
}

// Numbers of the movements under way, through time and of the view: a new one of a kind ends that
// before it, and leaves the other kind alone.
const moving = {
  time: 0,
  view: 0
};

function endMovements() {
  ++moving.time;
  ++moving.view;
}

/**
 * Moves what the map shows, either its `time` or its view (`x`, `y`, `scale`), to new values; at
 * once where the user wants no motion. `then` is called when it is there, unless another movement
 * of this kind came between.
 */
function moveMap(goal, then = () => {}, milliseconds = 350) {
  const from = {...map.now};
  const start = performance.now();
  const kind = 'time' in goal ? 'time' : 'view';
  const mine = ++moving[kind];
  const step = (now) => {
    if (mine !== moving[kind]) return;
    const passed = reducedMotion() || milliseconds === 0 ?
        1 :
        Math.min(1, Math.max(0, (now - start) / milliseconds));
    const share = passed * passed * (3 - 2 * passed);
    for (const [name, value] of Object.entries(goal)) {
      map.now[name] = name === 'scale' ? from.scale * (value / from.scale) ** share :
                                         from[name] + share * (value - from[name]);
    }
    if (passed === 1) Object.assign(map.now, goal);
    drawMap();
    if (passed < 1)
      requestAnimationFrame(step);
    else
      then();
  };
  if (milliseconds === 0)
    step(start);
  else
    requestAnimationFrame(step);
}

/** Zooms by a factor; the point `at` of the canvas, by default the middle, stays where it is. */
function zoom(factor, at = null, milliseconds = 200) {
  const {x, y, scale} = map.now;
  const goal = Math.max(least * map.whole.scale, Math.min(2 * map.whole.scale, scale / factor));
  const plot = byId('map-plot');
  const right = at ? at.x - plot.clientWidth / 2 : 0;
  const up = at ? plot.clientHeight / 2 - at.y : 0;
  moveMap(
      {scale: goal, x: x + right * (scale - goal), y: y + up * (scale - goal)}, undefined,
      milliseconds);
}

function pan(right, down, milliseconds = 0) {
  const {x, y, scale} = map.now;
  moveMap({x: x - right * scale, y: y + down * scale}, undefined, milliseconds);
}

// Mouse and fingers. One finger scrolls the page, two hold the map.

function followPointers(canvas) {
  const held = new Map();
  let start = {x: 0, y: 0};
  const middle = () => {
    const all = [...held.values()];
    return {
      x: mean(all.map((p) => p.x)),
      y: mean(all.map((p) => p.y)),
      apart: all.length > 1 ? Math.hypot(all[0].x - all[1].x, all[0].y - all[1].y) : 0
    };
  };
  const place = (event) => ({x: event.offsetX, y: event.offsetY});
  canvas.addEventListener('pointerdown', (event) => {
    if (held.size === 0) start = place(event);
    map.dragged = false;
    held.set(event.pointerId, place(event));
    if (event.pointerType === 'mouse') canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!held.has(event.pointerId)) return;
    const before = middle();
    held.set(event.pointerId, place(event));
    const after = middle();
    if (event.pointerType !== 'mouse' && held.size < 2) return;
    canvas.classList.add('dragging');
    map.dragged ||= Math.hypot(after.x - start.x, after.y - start.y) > 4;
    pan(after.x - before.x, after.y - before.y);
    if (before.apart > 0 && after.apart > 0) zoom(after.apart / before.apart, after, 0);
  });
  const release = (event) => {
    held.delete(event.pointerId);
    canvas.classList.remove('dragging');
  };
  for (const name of ['pointerup', 'pointercancel', 'pointerleave'])
    canvas.addEventListener(name, release);
  canvas.addEventListener('wheel', (event) => {
    if (!event.ctrlKey && !event.metaKey) return;  // the page scrolls
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / (event.deltaMode === 0 ? 250 : 8)), place(event), 0);
  }, {passive: false});
  canvas.addEventListener('touchmove', (event) => {
    if (event.touches.length > 1) event.preventDefault();
  }, {passive: false});
}

const mapKeys = {
  ArrowLeft: () => pan(60, 0, 120),
  ArrowRight: () => pan(-60, 0, 120),
  ArrowUp: () => pan(0, 60, 120),
  ArrowDown: () => pan(0, -60, 120),
  '+': () => zoom(1.5),
  '=': () => zoom(1.5),
  '-': () => zoom(1 / 1.5),
  '0': () => moveMap(map.whole),
};

function followMapControls() {
  const canvas = byId('map-chart');
  followPointers(canvas);
  canvas.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !mapKeys[event.key]) return;
    event.preventDefault();
    mapKeys[event.key]();
  });
  byId('zoom-in').onclick = () => zoom(1.6);
  byId('zoom-out').onclick = () => zoom(1 / 1.6);
  byId('zoom-all').onclick = () => moveMap(map.whole);
  byId('map-hint').textContent =
      'Drag to move, Ctrl and wheel or two fingers to zoom, click a dot to pick its word. ' +
      'Keys: arrows, + and −, 0 for all.';
}

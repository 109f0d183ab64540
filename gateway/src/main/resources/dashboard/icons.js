/* One shape for each state, so that nobody needs colours to distinguish them. */

import { s } from './dom.js';

const SHAPES = {
  up: ['M8 1.2a6.8 6.8 0 1 1 0 13.6A6.8 6.8 0 0 1 8 1.2Z', 'M4.9 8.2l2.2 2.2 4-4.6'],
  degraded: ['M8 1.4 15.2 14H.8Z', 'M8 5.8v4M8 11.7v.4'],
  down: ['M5.2 1.2h5.6l4 4v5.6l-4 4H5.2l-4-4V5.2Z', 'M5.5 5.5l5 5m0-5l-5 5'],
  paused: ['M2.6 1.4h10.8q1.2 0 1.2 1.2v10.8q0 1.2-1.2 1.2H2.6q-1.2 0-1.2-1.2V2.6q0-1.2 1.2-1.2Z', 'M6.1 5v6M9.9 5v6'],
  closed: ['M8 1.2a6.8 6.8 0 1 1 0 13.6A6.8 6.8 0 0 1 8 1.2Z', 'M8 4.2V8l2.6 1.8'],
  unnamed: ['M8 .9 15.1 8 8 15.1.9 8Z', 'M6.3 6.6a1.8 1.8 0 1 1 2.5 1.6q-.8.3-.8 1.1M8 11v.3'],
  parked: ['M2.6 1.4h10.8q1.2 0 1.2 1.2v10.8q0 1.2-1.2 1.2H2.6q-1.2 0-1.2-1.2V2.6q0-1.2 1.2-1.2Z', 'M6.2 12V4.4h2.4a2.2 2.2 0 0 1 0 4.4H6.2'],
  pending: ['M8 1.2a6.8 6.8 0 1 1 0 13.6A6.8 6.8 0 0 1 8 1.2Z', 'M4.7 8h.2M8 8h.2M11.2 8h.2'],
  arrived: ['M8 1.2a6.8 6.8 0 1 1 0 13.6A6.8 6.8 0 0 1 8 1.2Z', 'M8 4.2v7M5 8.4l3 3 3-3'],
  again: ['M8 1.2a6.8 6.8 0 1 1 0 13.6A6.8 6.8 0 0 1 8 1.2Z', 'M11 6.2A3.5 3.5 0 1 0 11.5 9M11.4 3.9v2.6H8.8'],
};

/** The icon of a state or an event. It is hidden from screen readers, so that the word beside it is read only once. */
export function icon(name) {
  const [body, mark] = SHAPES[name] ?? SHAPES.unnamed;
  return s(
    'svg',
    { class: 'icon', viewBox: '0 0 16 16', 'aria-hidden': 'true', 'data-state': name },
    s('path', { class: 'body', d: body }),
    s('path', { class: 'mark', d: mark }),
  );
}

/** Changes the state that an icon shows. */
export function turn(element, name) {
  if (element.dataset.state !== name) {
    const [body, mark] = SHAPES[name] ?? SHAPES.unnamed;
    element.dataset.state = name;
    element.children[0].setAttribute('d', body);
    element.children[1].setAttribute('d', mark);
  }
}

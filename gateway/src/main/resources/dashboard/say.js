/* What the page says beside its figures: short notes that go by themselves, and changes read out to who cannot see. */

import { byId, h, text } from './dom.js';

const NOTE_MILLIS = 6_000;

/** A note in the corner. */
export function note(message, bad = false) {
  const element = h('p', { class: 'toast', 'data-level': bad ? 'bad' : 'good' }, message);
  byId('toasts').append(element);
  setTimeout(() => element.remove(), bad ? 2 * NOTE_MILLIS : NOTE_MILLIS);
}

/** Read out by a screen reader when it has time. */
export function announce(message) {
  text(byId('announcer'), message);
}

/* Messages beside the figures: short notes that disappear by themselves, and announcements for screen readers. */

import { byId, h, text } from './dom.js';

const NOTE_MILLIS = 6_000;

/** Shows a note in the corner. */
export function note(message, bad = false) {
  const element = h('p', { class: 'toast', 'data-level': bad ? 'bad' : 'good' }, message);
  byId('toasts').append(element);
  setTimeout(() => element.remove(), bad ? 2 * NOTE_MILLIS : NOTE_MILLIS);
}

/** Has a text read out by a screen reader when it has time. */
export function announce(message) {
  text(byId('announcer'), message);
}

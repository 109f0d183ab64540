/* Messages beside the figures: short notes that disappear by themselves, and announcements for screen readers. */

import { byId, h, text } from './dom.js';

const NOTE_MILLIS = 6_000;

/** Shows a note in the corner. */
export function note(message, bad = false) {
  const element = h('p', { class: 'toast', 'data-level': bad ? 'bad' : 'good' }, message);
  byId('toasts').append(element);
  setTimeout(() => element.remove(), bad ? 2 * NOTE_MILLIS : NOTE_MILLIS);
}

/** Copies the text of an element, and says so on the button. */
export async function copy(element, button) {
  let copied = true;
  try {
    await navigator.clipboard.writeText(element.textContent);
  } catch {
    // Browsers give the clipboard only to encrypted pages, and to those of this machine.
    getSelection().selectAllChildren(element);
    copied = document.execCommand('copy');
  }
  text(button, copied ? 'Copied' : 'Press Ctrl+C');
}

/** Has a text read out by a screen reader when it has time. */
export function announce(message) {
  text(byId('announcer'), message);
}

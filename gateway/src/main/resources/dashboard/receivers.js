/* Receivers of events: what waits for each, and why. */

import { byId, h, Keyed, text } from './dom.js';
import { ago, count, plural } from './format.js';

const rows = new Keyed(byId('receivers-rows'), (first) => {
  const channel = h('small', { class: 'mono' });
  const problem = h('span', {});
  const waiting = h('b', {});
  const taken = h('span', {});
  return {
    element: h(
      'tr',
      { 'data-name': first.name },
      h('th', { scope: 'row', 'data-label': 'Receiver' }, h('span', { class: 'mono' }, first.name), channel),
      h('td', { 'data-label': 'Problem' }, problem),
      h('td', { 'data-label': 'Waiting', class: 'number' }, waiting),
      h('td', { 'data-label': 'Taken', class: 'number' }, taken),
    ),
    show(receiver) {
      text(channel, receiver.channel);
      text(problem, receiver.problem || (receiver.full ? 'too many wait' : 'none'));
      text(waiting, receiver.oldest ? `${count(receiver.waiting)}, for ${ago(receiver.oldest)}` : '0');
      text(taken, count(receiver.taken));
    },
  };
});

/** Shows the receivers; nothing when there are none. */
export function showReceivers(receivers) {
  byId('receivers').hidden = receivers.length === 0;
  text(byId('receivers-count'), plural(receivers.length, 'receiver'));
  rows.show(receivers, (each) => each.name);
}

/* Senders that got no association: who, why, how often, and what to do. */

import { attribute, byId, h, Keyed, text } from './dom.js';
import { ago, count, full, plural } from './format.js';

const rows = new Keyed(byId('rejected-rows'), (first) => {
  const why = h('span', {});
  const times = h('b', {});
  const last = h('span', {});
  return {
    element: h(
      'tr',
      { 'data-name': first.callingAe, 'data-code': first.code },
      h(
        'th',
        { scope: 'row', 'data-label': 'Sender' },
        h('span', { class: 'mono' }, first.callingAe || 'no AE title'),
        h('small', { class: 'mono' }, `${first.remoteHost}${first.calledAe ? ` called ${first.calledAe}` : ''}`),
      ),
      h('td', { 'data-label': 'Why' }, h('b', {}, first.code), ' ', why, h('small', {}, first.advice)),
      h('td', { 'data-label': 'Times', class: 'number' }, times),
      h('td', { 'data-label': 'Last', class: 'number' }, last),
    ),
    show(sender) {
      text(why, sender.reason);
      text(times, count(sender.count));
      text(last, `${ago(sender.lastAt)} ago`);
      attribute(last, 'title', `first ${full(sender.firstAt)}, last ${full(sender.lastAt)}`);
    },
  };
});

/** Shows the senders, the last one first; nothing when there are none. */
export function showRejected(senders) {
  byId('rejected').hidden = senders.length === 0;
  text(byId('rejected-count'), plural(senders.length, 'sender'));
  rows.show(senders, (each) => [each.callingAe, each.remoteHost, each.code].join('\n'));
}

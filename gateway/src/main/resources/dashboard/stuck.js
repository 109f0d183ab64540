/* What is parked or held, and why: one entry for each destination, study and reason, with the buttons that move it on. */

import { discard, retry } from './actions.js';
import { get } from './api.js';
import { byId, h, Keyed, text } from './dom.js';
import { ago, count, full, plural, shortUid } from './format.js';
import { icon } from './icons.js';
import { openStudy } from './study.js';

const MOST = 200;
const REFRESH_MILLIS = 15_000;

const box = byId('stuck');
const empty = h('p', { class: 'empty' }, icon('up'), ' Nothing is parked or held.');
const list = h('ul', { class: 'groups' });
const more = h('p', { class: 'muted' });
box.append(empty, list, more);

let seen = '';
let asking = false;

/** Looks again when the figures say that something changed. */
export function lookAtStuck(status) {
  const now = `${status.totals.parked} ${status.totals.held} ${status.unrouted}`;
  text(byId('stuck-count'), count((status.totals.parked ?? 0) + (status.totals.held ?? 0) + status.unrouted));
  if (now !== seen) {
    seen = now;
    loadStuck();
  }
}

export function startStuck() {
  setInterval(() => document.hidden || loadStuck(), REFRESH_MILLIS);
  loadStuck();
}

export async function loadStuck() {
  if (asking) {
    return;
  }
  asking = true;
  try {
    const [parked, held] = await Promise.all(
      ['parked', 'held'].map((state) => get('/api/deliveries', { state, limit: MOST })),
    );
    show([...parked.items, ...held.items], parked.next !== null || held.next !== null);
  } catch {
    seen = '';
  } finally {
    asking = false;
  }
}

function show(deliveries, cut) {
  const grouped = new Map();
  for (const delivery of deliveries) {
    const key = [delivery.state, delivery.destination, delivery.studyInstanceUid, delivery.reason].join('\n');
    const group = grouped.get(key) ?? { key, first: delivery, deliveries: [] };
    group.deliveries.push(delivery);
    grouped.set(key, group);
  }
  groups.show([...grouped.values()], (group) => group.key);
  empty.hidden = deliveries.length > 0;
  text(more, cut ? `The first ${MOST} are shown; retry or discard them by study, or search for others.` : '');
}

const groups = new Keyed(list, ({ first }) => {
  const size = h('b', {});
  const since = h('small', {});
  const rows = h('ul', {});
  const selection = { study: first.studyInstanceUid, destination: first.destination };
  const single = new Keyed(rows, one);
  const where = first.destination || 'no destination';
  const element = h(
    'li',
    { 'data-state': first.state, 'data-destination': first.destination },
    h(
      'div',
      {},
      h('div', { class: 'what' }, icon(first.state === 'held' ? 'unnamed' : 'parked'), size, ` for ${where}`),
      h('p', { class: 'why' }, first.reason || (first.state === 'held' ? 'no route or destination for it' : 'no reason is known')),
      h(
        'p',
        { class: 'whose' },
        h('a', { href: `#study=${first.studyInstanceUid}`, class: 'mono', title: first.studyInstanceUid, onclick: openFromLink }, `study ${shortUid(first.studyInstanceUid)}`),
        since,
      ),
    ),
    h(
      'div',
      { class: 'buttons' },
      first.state === 'parked'
        ? h('button', { type: 'button', 'data-action': 'retry-study', onclick: () => retry(selection) }, 'Retry')
        : null,
      h(
        'button',
        { type: 'button', class: 'quiet', 'data-action': 'discard-study', onclick: () => discard(selection, `what is stuck of this study for ${where}`) },
        'Discard…',
      ),
    ),
    h('details', {}, h('summary', {}, 'One by one'), rows),
  );
  return {
    element,
    show(group) {
      text(size, `${plural(group.deliveries.length, 'instance')} ${first.state}`);
      const oldest = group.deliveries.map((each) => each.since).sort()[0];
      text(since, oldest ? `for ${ago(oldest)}` : '');
      since.title = full(oldest);
      single.show(group.deliveries, (each) => each.id);
    },
  };
});

function one(delivery) {
  return {
    element: h(
      'li',
      { 'data-delivery': delivery.id },
      h('span', { class: 'mono', title: delivery.sopInstanceUid }, shortUid(delivery.sopInstanceUid)),
      h('small', {}, plural(delivery.attempts ?? 0, 'attempt')),
      delivery.state === 'parked'
        ? h('button', { type: 'button', 'data-action': 'retry', onclick: () => retry({ deliveryId: delivery.id }) }, 'Retry')
        : null,
      h(
        'button',
        { type: 'button', class: 'quiet', onclick: () => discard({ deliveryId: delivery.id }, 'this instance') },
        'Discard…',
      ),
    ),
  };
}

function openFromLink(event) {
  event.preventDefault();
  openStudy(new URLSearchParams(new URL(event.currentTarget.href).hash.slice(1)).get('study'));
}

/* What is parked or held, and why: one entry for each destination, study and reason, with buttons for the next step. */

import { discard, retry } from './actions.js';
import { search } from './api.js';
import { attribute, byId, h, Keyed, text } from './dom.js';
import { ago, count, full, plural, shortUid } from './format.js';
import { icon } from './icons.js';
import { copyElsewhere, stuckElsewhere } from './model.js';
import { openStudy } from './study.js';

const MOST = 200;
const REFRESH_MILLIS = 15_000;

const box = byId('stuck');
/** Shown until the answers arrive: an empty list would look like an answer. */
const loading = h('p', { class: 'empty' }, 'Loading…');
const empty = h('p', { class: 'empty', hidden: true }, icon('up'), ' Nothing is parked or held.');
const list = h('ul', { class: 'groups' });
const more = h('p', { class: 'muted' });
box.append(loading, empty, list, more);

const groups = new Keyed(list, group);
let seen = '';
/** Instances to which no route applies; null until the gateway's figures arrive. */
let unrouted = null;
/** The name of this gateway in its cluster; empty when it is on its own. */
let node = '';
let asking = false;
let askAgain = false;

/** Loads the list again when the figures show a change. */
export function lookAtStuck(status) {
  unrouted = status.unrouted;
  node = status.cluster?.node ?? '';
  const away = stuckElsewhere(status.cluster);
  const now = `${status.totals.parked} ${status.totals.held} ${unrouted} ${away}`;
  text(byId('stuck-count'), count((status.totals.parked ?? 0) + (status.totals.held ?? 0) + unrouted + away));
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
  if (unrouted === null) {
    return;
  }
  if (asking) {
    askAgain = true;
    return;
  }
  asking = true;
  askAgain = false;
  try {
    const parked = await search('/api/deliveries', { state: 'parked' }, MOST);
    const held = await search('/api/deliveries', { state: 'held' }, MOST);
    const studies = unrouted ? (await search('/api/studies', { state: 'held' }, MOST)).items : [];
    const others = node ? await elsewhere() : { items: [], more: false, missing: '' };
    const here = [...parked.items, ...held.items].map((each) => ({ ...each, gateway: node }));
    const found = [...grouped([...here, ...others.items]), ...studies.filter((each) => each.unrouted).map(ofUnrouted)];
    groups.show(found, (each) => each.key);
    loading.hidden = true;
    empty.hidden = found.length > 0;
    const cut = parked.more || held.more || others.more ? `Only the last ${MOST} are shown. Retry by destination, or search for others.` : '';
    text(more, [others.missing, cut].filter(Boolean).join(' '));
  } catch {
    // Another part of the page shows that the gateway does not answer. The next figures start another request.
    seen = '';
  } finally {
    asking = false;
  }
  if (askAgain) {
    await loadStuck();
  }
}

/** What other gateways of the cluster have parked or hold, as far as its database answers. */
async function elsewhere() {
  try {
    const parked = await search('/api/cluster/copies', { state: 'parked' }, MOST);
    const held = await search('/api/cluster/copies', { state: 'held' }, MOST);
    return { items: [...parked.items, ...held.items].map(copyElsewhere), more: parked.more || held.more, missing: '' };
  } catch (failure) {
    return { items: [], more: false, missing: `What other gateways have parked is not known: ${failure.message}.` };
  }
}

function grouped(deliveries) {
  const found = new Map();
  for (const delivery of deliveries) {
    const { gateway, state, destination, studyInstanceUid: study, reason, since } = delivery;
    const label = labelOf(delivery);
    const key = [gateway, state, destination, study, reason].join('\n');
    const known = found.get(key) ?? { key, gateway, state, destination, study, label, reason, since, count: 0, deliveries: [] };
    known.count++;
    known.deliveries.push(delivery);
    known.since = since < known.since ? since : known.since;
    found.set(key, known);
  }
  return [...found.values()];
}

/** The part of a study to which no route applies: it has no delivery yet. */
function ofUnrouted({ studyInstanceUid: study, accessionNumber, modality, unrouted: size, firstReceivedAt: since }) {
  const label = labelOf({ accessionNumber, modality });
  const reason = 'No route applies. It is planned again when the rules change.';
  return { key: `unrouted\n${study}`, gateway: node, state: 'held', destination: null, study, label, reason, since, count: size, deliveries: [] };
}

/** What people call the study. */
function labelOf({ accessionNumber, modality }) {
  return [accessionNumber, modality].filter(Boolean).join(' ');
}

function group({ gateway, state, destination, study, label, reason, deliveries }) {
  const size = h('b', {});
  const since = h('small', {});
  const rows = h('ul', {});
  const single = new Keyed(rows, one);
  const at = gateway ? { gateway } : {};
  const selection = destination ? { ...at, study, destination } : { ...at, study };
  const where = (destination ? ` for ${destination}` : '') + (gateway && gateway !== node ? ` at gateway ${gateway}` : '');
  const element = h(
    'li',
    { 'data-state': state, 'data-destination': destination, 'data-gateway': gateway || null },
    h(
      'div',
      {},
      h('div', { class: 'what' }, icon(state === 'held' ? 'unnamed' : 'parked'), size, where),
      h('p', { class: 'why' }, reason || (state === 'held' ? 'The rules have no such destination.' : 'No reason is known.')),
      h('p', { class: 'whose' }, studyLink(study, label), since),
    ),
    h(
      'div',
      { class: 'buttons steering' },
      state === 'parked' ? button('Retry', () => retry(selection), { 'data-action': 'retry-study' }) : null,
      button('Discard…', () => discard(selection, `all that is parked or held of this study${where}`), { class: 'quiet' }),
    ),
    deliveries.length ? h('details', {}, h('summary', {}, 'One by one'), rows) : null,
  );
  return {
    element,
    show(now) {
      text(size, `${plural(now.count, 'instance')} ${state}`);
      text(since, now.since ? `for ${ago(now.since)}` : '');
      attribute(since, 'title', full(now.since));
      single.show(now.deliveries, (each) => each.id);
    },
  };
}

function one(delivery) {
  const { id, gateway, state, attempts, sopInstanceUid: sop } = delivery;
  const selection = gateway ? { gateway, delivery: id } : { delivery: id };
  return {
    element: h(
      'li',
      { 'data-delivery': id },
      h('span', { class: 'mono', title: sop }, shortUid(sop)),
      h('small', {}, attempts === null ? '' : plural(attempts ?? 0, 'attempt')),
      state === 'parked' ? button('Retry', () => retry(selection), { class: 'steering', 'data-action': 'retry' }) : null,
      button('Discard…', () => discard(selection, 'this instance'), { class: 'quiet steering' }),
    ),
  };
}

function button(label, press, attributes) {
  return h('button', { type: 'button', onclick: press, ...attributes }, label);
}

function studyLink(study, label) {
  return h(
    'a',
    {
      href: `#study=${encodeURIComponent(study)}`,
      title: study,
      onclick: (event) => {
        event.preventDefault();
        openStudy(study);
      },
    },
    label || 'study',
    ' ',
    h('small', { class: 'mono' }, shortUid(study)),
  );
}

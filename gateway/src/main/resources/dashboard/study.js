/* One study: where each copy is, why deliveries wait, and what happened, step by step. */

import { discard, retry } from './actions.js';
import { fewAtATime, get } from './api.js';
import { byId, h } from './dom.js';
import { bytes, clock, count, full, plural } from './format.js';
import { icon } from './icons.js';

/** How many timelines are requested. The steps of more instances look the same. */
const MOST_TIMELINES = 24;
const REFRESH_MILLIS = 3_000;
/** Event of a timeline → icon and words. */
const STEPS = {
  received: ['arrived', 'received'],
  planned: ['pending', 'planned'],
  attempt: ['again', 'attempt failed'],
  delivered: ['up', 'delivered'],
  parked: ['parked', 'parked'],
  held: ['unnamed', 'held'],
  retried: ['again', 'tried again by an operator'],
  rerouted: ['again', 'rerouted by an operator'],
  discarded: ['down', 'discarded by an operator'],
  superseded: ['again', 'superseded by a newer version'],
  sent_again: ['again', 'sent again after a check'],
  verified: ['up', 'verified: the server holds it as it was sent'],
  missing: ['down', 'missing on the server'],
  differing: ['down', 'differs on the server'],
  unverifiable: ['unnamed', 'on the server, but not comparable'],
};

/** State of a delivery → icon. */
const SIGNS = { delivered: 'up', pending: 'pending', parked: 'parked', held: 'unnamed', discarded: 'down', superseded: 'again' };

const dialog = byId('study');
let open = null;
let timer = 0;

dialog.addEventListener('close', () => {
  open = null;
  clearInterval(timer);
  if (location.hash.startsWith('#study=')) {
    history.replaceState(null, '', location.pathname);
  }
});
dialog.addEventListener('click', (event) => {
  if (event.target === dialog) {
    dialog.close();
  }
});

/** The progress of a study at one destination. */
export function copiesOf({ delivered, pending, parked, held, superseded, missing, differing }) {
  const state = missing || differing ? 'down' : parked ? 'parked' : held ? 'unnamed' : pending ? 'pending' : delivered ? 'up' : superseded ? 'again' : 'down';
  return { state, done: delivered, all: delivered + pending + parked + held };
}

/** Opens the study beside the page, and puts it into the address of the window. */
export function openStudy(uid) {
  if (!uid) {
    return;
  }
  open = uid;
  history.replaceState(null, '', `#study=${encodeURIComponent(uid)}`);
  dialog.replaceChildren(head('Study', uid), h('p', { class: 'empty' }, 'Loading…'));
  if (!dialog.open) {
    dialog.showModal();
  }
  clearInterval(timer);
  timer = setInterval(() => document.hidden || load(uid), REFRESH_MILLIS);
  load(uid);
}

/** Loads the study again, if one is open. */
export function lookAtStudy() {
  if (open) {
    load(open);
  }
}

async function load(uid) {
  try {
    const studies = await get('/api/studies', { study: uid, limit: 1 });
    const instances = await get('/api/instances', { study: uid, limit: MOST_TIMELINES });
    const details = await fewAtATime(instances.items, (instance) => get(`/api/instances/${encodeURIComponent(instance.id)}`));
    if (open === uid) {
      show(uid, studies.items[0], instances, details);
    }
  } catch (failure) {
    if (open === uid) {
      dialog.replaceChildren(head('Study', uid), h('p', { class: 'empty' }, `Loading failed: ${failure.message}`));
    }
  }
}

function head(title, uid) {
  return h(
    'div',
    { class: 'head' },
    h('div', {}, h('h2', { id: 'study-title' }, title), h('p', { class: 'mono muted uid' }, uid)),
    h('button', { type: 'button', class: 'quiet', onclick: () => dialog.close() }, 'Close'),
  );
}

function show(uid, study, instances, details) {
  if (!study) {
    dialog.replaceChildren(head('Study', uid), h('p', { class: 'empty' }, 'The gateway does not know this study, or no longer: it forgets delivered instances after gateway.spool.history.'));
    return;
  }
  const focused = document.activeElement?.closest('dialog') === dialog ? document.activeElement.dataset.action : null;
  const top = dialog.scrollTop;
  const openRows = [...dialog.querySelectorAll('details[open]')].map((each) => each.dataset.instance);
  dialog.replaceChildren(
    head(study.accessionNumber ? `Study ${study.accessionNumber}` : 'Study without accession number', uid),
    facts(study),
    h('h3', {}, 'Where it is'),
    h('ul', { class: 'where' }, ...study.destinations.map((each) => whereabouts(uid, each))),
    study.unrouted ? h('p', { class: 'why' }, icon('unnamed'), ` ${plural(study.unrouted, 'instance is', 'instances are')} held: no route applies`) : '',
    h('h3', {}, 'What happened'),
    h('ol', { class: 'timeline' }, ...timelineOf(details).map(step)),
    instances.next
      ? h('p', { class: 'muted' }, `Steps of the last ${details.length} instances of ${count(study.instances)}.`)
      : '',
    h('h3', {}, 'Instances'),
    h('div', { class: 'instances' }, ...details.map((each) => instanceRow(each, openRows.includes(String(each.id))))),
  );
  dialog.scrollTop = top;
  if (focused) {
    dialog.querySelector(`[data-action="${CSS.escape(focused)}"]`)?.focus();
  }
}

function facts(study) {
  const pairs = [
    ['Patient ID', study.patientId || '–'],
    ['Modality', study.modality || '–'],
    ['Instances', `${count(study.instances)}, ${bytes(study.bytes)}`],
    ['From', study.callingAes.join(', ')],
    ['Received', `${clock(study.firstReceivedAt)} – ${clock(study.lastReceivedAt)}`],
  ];
  return h('dl', { class: 'facts' }, ...pairs.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));
}

function whereabouts(uid, destination) {
  const { state, done, all } = copiesOf(destination);
  const { destination: name, pending, parked, held, superseded, discarded, verified, missing, differing, why } = destination;
  const rest = [
    pending ? `${count(pending)} waiting` : '',
    parked ? `${count(parked)} parked` : '',
    held ? `${count(held)} held` : '',
    superseded ? `${count(superseded)} superseded` : '',
    discarded ? `${count(discarded)} discarded` : '',
    verified ? `${count(verified)} verified` : '',
    missing ? `${count(missing)} missing on the server` : '',
    differing ? `${count(differing)} differ on the server` : '',
  ].filter(Boolean);
  const bar = h('progress', { max: Math.max(1, all), value: done, 'aria-label': `delivered to ${name || 'no destination'}` });
  return h(
    'li',
    { 'data-state': state, 'data-destination': name },
    icon(state),
    h('b', {}, name || 'no destination yet'),
    h('span', { class: 'done' }, `${count(done)} of ${count(all)} delivered${rest.length ? `, ${rest.join(', ')}` : ''}`),
    bar,
    why ? h('p', { class: 'why' }, why) : '',
    parked
      ? h(
          'div',
          { class: 'buttons steering' },
          h('button', { type: 'button', 'data-action': `retry ${name}`, onclick: () => retry({ study: uid, destination: name }) }, 'Retry parked'),
          h('button', { type: 'button', class: 'quiet', 'data-action': `discard ${name}`, onclick: () => discard({ study: uid, destination: name }, `what is parked of this study for ${name}`) }, 'Discard…'),
        )
      : '',
  );
}

/** The steps of all instances in order. Steps that differ only in the instance are shown as one. */
function timelineOf(details) {
  const steps = details
    .flatMap((instance) => instance.timeline)
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const merged = new Map();
  for (const each of steps) {
    const key = [each.event, each.destination, each.route, each.status, each.reason].join('\n');
    const known = merged.get(key);
    if (known) {
      known.times += each.times ?? 1;
      known.lastAt = known.lastAt > each.lastAt ? known.lastAt : each.lastAt;
    } else {
      merged.set(key, { ...each, times: each.times ?? 1, lastAt: each.lastAt ?? each.at });
    }
  }
  return [...merged.values()];
}

function step(each) {
  const [sign, words] = STEPS[each.event] ?? ['pending', each.event];
  const later = Date.parse(each.lastAt) - Date.parse(each.at) >= 1000 ? ` – ${clock(each.lastAt)}` : '';
  const said = each.event === 'delivered' || each.event === 'received' ? each.reason : saying(each);
  const notes = [
    each.destination ? `→ ${each.destination.replaceAll(',', ', ')}` : '',
    each.event === 'planned' && each.route ? `by route ${each.route}` : '',
    each.times > 1 ? `× ${count(each.times)}` : '',
  ].filter(Boolean);
  return h(
    'li',
    { 'data-event': each.event },
    h('time', { datetime: each.at, title: full(each.at) }, `${clock(each.at)}${later}`),
    icon(sign),
    h('div', {}, h('b', {}, words), ' ', h('span', { class: 'way' }, notes.join(' ')), said ? h('p', { class: 'why' }, said) : ''),
  );
}

/** The reason, with the status unless the reason contains it. */
function saying({ status, reason }) {
  return status && !reason?.includes(status) ? [status, reason].filter(Boolean).join(' ') : (reason ?? '');
}

function instanceRow(instance, isOpen) {
  const states = instance.deliveries
    .filter((each) => each.state !== 'merged')
    .map((each) => h('span', { class: 'copy' }, icon(SIGNS[each.state]), `${each.destination || 'no destination yet'} ${each.state}`));
  return h(
    'details',
    { 'data-instance': String(instance.id), open: isOpen },
    h('summary', { 'data-action': `instance ${instance.id}` }, h('span', { class: 'mono uid' }, instance.sopInstanceUid), h('span', { class: 'copies' }, ...states)),
    h('p', { class: 'muted' }, `${bytes(instance.bytes)} from ${instance.callingAe} at ${instance.remoteHost}, called ${instance.calledAe}`),
    h('ol', { class: 'timeline' }, ...timelineOf([instance]).map(step)),
  );
}

/** The study in the address of the window. */
export function openFromAddress() {
  openStudy(new URLSearchParams(location.hash.slice(1)).get('study'));
}

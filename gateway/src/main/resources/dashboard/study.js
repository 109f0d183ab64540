/* One study: where each copy is, why deliveries wait, and what happened, step by step. */

import { discard, retry } from './actions.js';
import { get, search } from './api.js';
import { byId, h } from './dom.js';
import { bytes, clock, count, full, plural, shortUid } from './format.js';
import { icon } from './icons.js';
import { copy } from './say.js';

/** How many instances are shown at first, and how many more each time; the gateway gives them page by page. */
const FIRST = 200;
const MORE = 400;
const PAGE = 200;
const REFRESH_MILLIS = 3_000;
/** After so many refreshes without news, the timelines are loaded all the same. */
const QUIET = 5;
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
  replaced: ['again', 'replaced on the server by a newer version'],
  committed: ['up', 'committed: the server takes over the responsibility'],
  not_committed: ['down', 'not committed by the server'],
};

/** State of a delivery → icon. */
const SIGNS = { delivered: 'up', pending: 'pending', parked: 'parked', held: 'unnamed', discarded: 'down', superseded: 'again' };

const dialog = byId('study');
let open = null;
let timer = 0;
let wanted = FIRST;
let last = '';
let quiet = 0;
/** Instances whose steps are shown. */
const expanded = new Set();

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
export function copiesOf({ delivered, pending, parked, held, superseded, missing, differing, uncommitted }) {
  const state = missing || differing || uncommitted ? 'down' : parked ? 'parked' : held ? 'unnamed' : pending ? 'pending' : delivered ? 'up' : superseded ? 'again' : 'down';
  return { state, done: delivered, all: delivered + pending + parked + held };
}

/** Opens the study beside the page, and puts it into the address of the window. */
export function openStudy(uid) {
  if (!uid) {
    return;
  }
  open = uid;
  wanted = FIRST;
  last = '';
  expanded.clear();
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
    load(open, true);
  }
}

/** Loads the study; its timelines only when it has changed, and now and then: the same failure may have happened again. */
async function load(uid, force = false) {
  try {
    const study = (await search('/api/studies', { study: uid }, 1)).items[0];
    const news = JSON.stringify(study);
    if (open === uid && (force || news !== last || ++quiet >= QUIET)) {
      const stories = study ? await timelines(uid) : [];
      if (open === uid) {
        last = news;
        quiet = 0;
        show(uid, study, stories);
      }
    }
  } catch (failure) {
    if (open === uid) {
      last = '';
      dialog.replaceChildren(head('Study', uid), h('p', { class: 'empty' }, `Loading failed: ${failure.message}`));
    }
  }
}

/** The newest instances, as many as wanted, each with what happened to it. */
async function timelines(uid) {
  const items = [];
  let cursor = '';
  do {
    const limit = Math.min(PAGE, wanted - items.length);
    const page = await get('/api/timelines', { study: uid, limit, cursor });
    items.push(...page.items);
    cursor = page.next;
  } while (cursor && items.length < wanted && open === uid);
  return items;
}

function head(title, uid) {
  return h(
    'div',
    { class: 'head' },
    h('div', {}, h('h2', { id: 'study-title' }, title), h('p', { class: 'mono muted uid' }, uid)),
    h('button', { type: 'button', class: 'quiet', onclick: () => dialog.close() }, 'Close'),
  );
}

function show(uid, study, stories) {
  if (!study) {
    dialog.replaceChildren(head('Study', uid), h('p', { class: 'empty' }, 'The gateway does not know this study, or no longer: it forgets delivered instances after gateway.spool.history.'));
    return;
  }
  const focused = document.activeElement?.closest('dialog') === dialog ? document.activeElement.dataset.action : null;
  const top = dialog.scrollTop;
  dialog.replaceChildren(
    head(study.accessionNumber ? `Study ${study.accessionNumber}` : 'Study without accession number', uid),
    sentenceOf(study),
    facts(study),
    h('h3', {}, 'Where it is'),
    h('ul', { class: 'where' }, ...study.destinations.map((each) => whereabouts(uid, each))),
    study.unrouted ? h('p', { class: 'why' }, icon('unnamed'), ` ${plural(study.unrouted, 'instance is', 'instances are')} held: no route applies`) : '',
    h('h3', {}, 'What happened'),
    h('ol', { class: 'timeline' }, ...timelineOf(stories).map(step)),
    h('h3', {}, 'Instances and servers'),
    matrix(study, stories),
    earlier(uid, study, stories.length),
  );
  dialog.scrollTop = top;
  if (focused) {
    dialog.querySelector(`[data-action="${CSS.escape(focused)}"]`)?.focus();
  }
}

/** What to tell somebody who asks, with a button that copies it. */
function sentenceOf(study) {
  const words = h('p', { id: 'study-sentence' }, study.sentence);
  const button = h('button', { type: 'button', 'data-action': 'copy', onclick: () => copy(words, button) }, 'Copy');
  return h('div', { class: 'sentence' }, words, button);
}

/** A button for the instances that are not shown yet. */
function earlier(uid, study, shown) {
  const left = study.instances - shown;
  if (left <= 0) {
    return '';
  }
  const more = () => {
    wanted += MORE;
    load(uid, true);
  };
  return h(
    'p',
    { class: 'muted earlier' },
    `Of the last ${count(shown)} instances. `,
    h('button', { type: 'button', 'data-action': 'earlier', onclick: more }, `Show ${count(Math.min(left, MORE))} earlier`),
  );
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
  const { destination: name, pending, parked, held, superseded, discarded, verified, missing, differing, committed, uncommitted, why } = destination;
  const rest = [
    pending ? `${count(pending)} waiting` : '',
    parked ? `${count(parked)} parked` : '',
    held ? `${count(held)} held` : '',
    superseded ? `${count(superseded)} superseded` : '',
    discarded ? `${count(discarded)} discarded` : '',
    verified ? `${count(verified)} verified` : '',
    missing ? `${count(missing)} missing on the server` : '',
    differing ? `${count(differing)} differ on the server` : '',
    committed ? `${count(committed)} committed` : '',
    uncommitted ? `${count(uncommitted)} not committed` : '',
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

/** One row for each instance, one column for each server. The number opens what happened to the instance. */
function matrix(study, stories) {
  const servers = study.destinations.map((each) => each.destination);
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Instances and servers' },
    h(
      'table',
      { class: 'matrix' },
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Instance'), ...servers.map((each) => h('th', { scope: 'col' }, each || 'no server yet')))),
      h('tbody', {}, ...stories.flatMap((story, i) => instanceRows(story, study.instances - i, servers))),
    ),
  );
}

function instanceRows(story, number, servers) {
  const steps = h(
    'tr',
    { class: 'steps', hidden: !expanded.has(story.id) },
    h(
      'td',
      { colspan: servers.length + 1 },
      h('p', { class: 'mono uid' }, story.sopInstanceUid),
      h('p', { class: 'muted' }, `${bytes(story.bytes)} from ${story.callingAe} at ${story.remoteHost}, called ${story.calledAe}`),
      h('ol', { class: 'timeline' }, ...timelineOf([story]).map(step)),
    ),
  );
  const toggle = h(
    'button',
    {
      type: 'button',
      class: 'link',
      'data-action': `instance ${story.id}`,
      'aria-expanded': String(expanded.has(story.id)),
      onclick: () => {
        steps.hidden = !steps.hidden;
        toggle.setAttribute('aria-expanded', String(!steps.hidden));
        steps.hidden ? expanded.delete(story.id) : expanded.add(story.id);
      },
    },
    `${count(number)} `,
    h('small', { class: 'mono', title: story.sopInstanceUid }, shortUid(story.sopInstanceUid)),
  );
  const cells = story.routed
    ? servers.map((each) => stateAt(story, each))
    : [h('td', { colspan: Math.max(1, servers.length) }, 'held: no route applies')];
  return [h('tr', { 'data-instance': story.id }, h('th', { scope: 'row' }, toggle), ...cells), steps];
}

/** How far an instance is at a server. Merged is what another delivery to the same server does. */
function stateAt(story, server) {
  const found = story.deliveries.find((each) => each.state !== 'merged' && (each.destination ?? '') === server);
  return found
    ? h('td', { title: found.state, 'data-state': found.state }, icon(SIGNS[found.state]), h('span', { class: 'hidden' }, found.state))
    : h('td', {}, '–');
}

/** The study in the address of the window. */
export function openFromAddress() {
  openStudy(new URLSearchParams(location.hash.slice(1)).get('study'));
}

/* The table of destinations: state, reason, what waits, and the buttons. */

import { pause, reroute, resume, retry, tryNow } from './actions.js';
import { attribute, byId, h, Keyed, loaded, text } from './dom.js';
import { ago, bytes, clock, count, full, rate, span } from './format.js';
import { icon, turn } from './icons.js';
import { announce } from './say.js';

const rows = new Keyed(byId('destination-rows'), (first) => {
  const sign = icon(first.state);
  const word = h('b', {});
  const since = h('small', {});
  const peer = h('small', { class: 'mono' });
  const transforms = h('small', {});
  const why = h('span', {});
  const last = h('small', {});
  const next = h('small', { class: 'next' });
  const waiting = h('b', {});
  const waitingBytes = h('small', {});
  const oldest = h('span', {});
  const speed = h('span', {});
  const inFlight = h('span', {});
  const parked = h('span', {});
  const verified = h('span', {});
  const steer = h('button', { type: 'button' });
  const again = h('button', { type: 'button', onclick: () => retry({ destination: first.name }) }, 'Retry parked');
  const now = h('button', { type: 'button', 'data-action': 'try', onclick: () => tryNow(first.name) }, 'Try now');
  const elsewhere = h('button', { type: 'button', 'data-action': 'reroute' }, 'Reroute…');
  const element = h(
    'tr',
    { 'data-name': first.name },
    cell('State', h('span', { class: 'state' }, sign, word), since),
    h('th', { scope: 'row', 'data-label': 'Destination' }, h('span', {}, first.name), peer, transforms),
    cell('Why', why, next, last),
    number('Waiting', waiting, waitingBytes),
    number('Oldest', oldest),
    number('Rate', speed),
    number('In flight', inFlight),
    number('Parked', parked),
    number('Verified', verified),
    h('td', { class: 'steer' }, h('div', { class: 'buttons steering' }, now, elsewhere, again, steer)),
  );
  let current = first;
  steer.addEventListener('click', () => (current.state === 'paused' ? resume(first.name) : pause(first.name)));
  elsewhere.addEventListener('click', () => reroute(first.name, current.stuck, others(first.name)));
  return {
    element,
    show(destination) {
      current = destination;
      turn(sign, destination.state);
      attribute(element, 'data-state', destination.state);
      text(word, destination.word);
      text(since, destination.since ? `for ${ago(destination.since)}` : '');
      attribute(since, 'title', full(destination.since));
      text(peer, destination.peer);
      text(transforms, transformed(destination));
      text(why, destination.why);
      text(last, lastError(destination));
      text(next, nextAttempt(destination));
      now.hidden = destination.state !== 'down';
      attribute(now, 'aria-label', `Try ${destination.name} now`);
      elsewhere.hidden = destination.state === 'up' || destination.stuck === 0;
      attribute(elsewhere, 'aria-label', `Reroute what waits for ${destination.name}`);
      text(waiting, count(destination.waiting));
      text(waitingBytes, destination.waiting ? bytes(destination.waitingBytes) : '');
      text(oldest, destination.oldest ? ago(destination.oldest) : '–');
      attribute(oldest, 'title', full(destination.oldest));
      text(speed, `${rate(destination.rate)}/s`);
      text(inFlight, destination.most ? `${destination.inFlight} / ${destination.most}` : destination.inFlight);
      text(parked, destination.held ? `${count(destination.parked)} + ${count(destination.held)} held` : count(destination.parked));
      attribute(element, 'data-parked', destination.parked > 0);
      text(verified, destination.verified ? count(destination.verified) : '–');
      again.hidden = destination.parked === 0;
      attribute(again, 'aria-label', `Retry what is parked for ${destination.name}`);
      steer.hidden = destination.state === 'unnamed';
      text(steer, destination.state === 'paused' ? 'Resume' : 'Pause');
      attribute(steer, 'aria-label', `${steer.textContent} ${destination.name}`);
    },
  };
});

function cell(label, ...children) {
  return h('td', { 'data-label': label }, ...children);
}

function number(label, ...children) {
  return h('td', { 'data-label': label, class: 'number' }, ...children);
}

/** What it gets instead of what was received. */
function transformed({ transforms, deidentifies }) {
  return transforms.length ? `${deidentifies ? 'de-identified' : 'changed'} by ${transforms.join(', ')}` : '';
}

/** When a destination that is down is tried again. */
function nextAttempt({ state, nextAttempt: next }) {
  if (state !== 'down') {
    return '';
  }
  const left = next ? Date.parse(next) - Date.now() : 0;
  return left > 0 ? `next attempt in ${span(left)}` : 'it is being tried now';
}

/** The last error, unless the reason of the state already says it. */
function lastError({ lastError: error, lastErrorAt, why }) {
  if (!error || why.includes(error)) {
    return '';
  }
  return `last error${lastErrorAt ? ` ${clock(lastErrorAt)}` : ''}: ${error}`;
}

const known = new Map();

/** The other destinations of the rules. */
const others = (name) => [...known].filter(([each, state]) => each !== name && state !== 'unnamed').map(([each]) => each);

/** Shows the destinations, and announces those whose state changed. */
export function showDestinations(destinations) {
  loaded(byId('destination-rows'));
  rows.show(destinations, (each) => each.name);
  const changes = [];
  for (const { name, state, word, why } of destinations) {
    if (known.has(name) && known.get(name) !== state) {
      changes.push(`${name} is ${word}${why ? `: ${why}` : ''}`);
    }
    known.set(name, state);
  }
  if (changes.length) {
    announce(changes.join('. '));
  }
}

/* Recent events: the end of the forward log, newest first, limited in number. */

import { get } from './api.js';
import { byId, h, loaded } from './dom.js';
import { bytes, clock, plural, shortUid } from './format.js';
import { icon } from './icons.js';
import { openStudy } from './study.js';

const MOST = 150;
/** Event of the forward log → icon, and whether somebody may have to look at it. */
const KINDS = {
  received: ['arrived', false],
  delivered: ['up', false],
  retry: ['again', true],
  'passed-on': ['again', true],
  parked: ['parked', true],
  held: ['unnamed', true],
  refused: ['down', true],
  rejected: ['down', true],
  discarded: ['down', true],
  superseded: ['again', false],
};

const list = byId('events');
let onlyTrouble = false;
let waiting = [];
let scheduled = false;

export async function startEvents() {
  byId('events-choice').append(choice('All', false), choice('Trouble', true));
  try {
    showEvents({ ...(await get('/api/log', { limit: MOST })), skipped: 0 });
    loaded(list);
  } catch {
    // Live events still arrive.
  }
}

function choice(label, trouble) {
  return h(
    'button',
    {
      type: 'button',
      'aria-pressed': String(trouble === onlyTrouble),
      onclick: ({ target }) => {
        onlyTrouble = trouble;
        list.classList.toggle('trouble', trouble);
        for (const button of target.parentElement.children) {
          button.setAttribute('aria-pressed', String(button === target));
        }
      },
    },
    label,
  );
}

/** Adds events, oldest first. Events of one moment are shown together. `skipped` counts those that are left out. */
export function showEvents({ events, skipped }) {
  if (skipped > 0) {
    waiting.push({ skipped });
  }
  waiting.push(...events);
  if (!scheduled) {
    scheduled = true;
    requestAnimationFrame(flush);
  }
}

function flush() {
  scheduled = false;
  const reading = list.scrollTop > 0;
  const before = list.scrollHeight;
  const lines = waiting.slice(-MOST).reverse();
  waiting = [];
  loaded(list);
  list.prepend(...lines.map((each) => (each.skipped ? gap(each.skipped) : line(each))));
  while (list.childElementCount > MOST) {
    list.lastElementChild.remove();
  }
  if (reading) {
    list.scrollTop += list.scrollHeight - before;
  }
}

function gap(skipped) {
  return h('li', { class: 'gap' }, `${plural(skipped, 'more event')}, in forward.log`);
}

function line(event) {
  const [sign, trouble] = KINDS[event.event] ?? ['pending', false];
  return h(
    'li',
    { 'data-event': event.event, 'data-trouble': trouble },
    h('time', { datetime: event.at, title: event.at }, clock(event.at)),
    icon(sign),
    h('b', {}, event.event),
    h('span', { class: 'way' }, wayOf(event)),
    h('span', { class: 'why' }, event.reason || ''),
    isUid(event.study)
      ? h('button', { type: 'button', class: 'link', title: `Study ${event.study}`, onclick: () => openStudy(event.study) }, ...labelOf(event))
      : null,
  );
}

/** What people call the study, then the end of the UID of the instance. */
function labelOf({ accessionNumber, modality, sopInstanceUid }) {
  const label = [accessionNumber, modality].filter(Boolean).join(' ');
  return [h('span', {}, label), label ? ' ' : '', h('small', { class: 'mono' }, label ? sopInstanceUid.slice(-6) : shortUid(sopInstanceUid))];
}

const isUid = (text) => /^[0-9.]+$/.test(text ?? '');

function wayOf(event) {
  if (event.destination && event.destination !== '-') {
    const attempt = event.attempt > 1 ? `, attempt ${event.attempt}` : '';
    const status = event.status && !/^(0x)?0000$/.test(event.status) ? ` ${event.status}` : '';
    return `→ ${event.destination}${attempt}${status}`;
  }
  return event.callingAe ? `from ${event.callingAe}${event.bytes > 0 ? `, ${bytes(event.bytes)}` : ''}` : '';
}

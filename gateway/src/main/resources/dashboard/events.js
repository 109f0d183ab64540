/* What happened last: the end of the forward log, newest first, bounded. */

import { get } from './api.js';
import { byId, h } from './dom.js';
import { clock, shortUid, bytes } from './format.js';
import { icon } from './icons.js';
import { openStudy } from './study.js';

const MOST = 150;
/** Event of the forward log → sign, and whether it is one that somebody may have to look after. */
const KINDS = {
  received: ['arrived', false],
  delivered: ['up', false],
  retry: ['again', true],
  parked: ['parked', true],
  held: ['unnamed', true],
  refused: ['down', true],
  discarded: ['down', true],
};

const list = byId('events');
let onlyTrouble = false;
let waiting = [];
let scheduled = false;

export async function startEvents() {
  byId('events-choice').append(choice('All', false), choice('Trouble', true));
  try {
    const { items } = await get('/api/log', { limit: MOST });
    [...items].sort((a, b) => (a.at < b.at ? -1 : 1)).forEach(showEvent);
  } catch {
    // Live events still come.
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

/** One more; many at once are shown with the next picture. */
export function showEvent(event) {
  waiting.push(event);
  if (!scheduled) {
    scheduled = true;
    requestAnimationFrame(flush);
  }
}

function flush() {
  scheduled = false;
  const reading = list.scrollTop > 0 || list.contains(document.activeElement);
  const before = list.scrollHeight;
  list.prepend(...waiting.slice(-MOST).reverse().map(line));
  waiting = [];
  while (list.childElementCount > MOST) {
    list.lastElementChild.remove();
  }
  if (reading) {
    list.scrollTop += list.scrollHeight - before;
  }
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
    event.study
      ? h('button', { type: 'button', class: 'link mono', title: `Study ${event.study}`, onclick: () => openStudy(event.study) }, shortUid(event.sop || event.study))
      : null,
  );
}

function wayOf(event) {
  if (event.destination) {
    const attempt = event.attempt > 1 ? `, attempt ${event.attempt}` : '';
    const status = event.status && !/^(0x)?0000$/.test(event.status) ? ` ${event.status}` : '';
    return `→ ${event.destination}${attempt}${status}`;
  }
  return event.calling ? `from ${event.calling}${event.bytes ? `, ${bytes(event.bytes)}` : ''}` : '';
}

/* Search for a study, with one field for all identifiers. */

import { fewAtATime, search } from './api.js';
import { byId, h, text } from './dom.js';
import { bytes, clock, count, full, plural, shortUid } from './format.js';
import { icon } from './icons.js';
import { announce } from './say.js';
import { copiesOf, openStudy } from './study.js';

const MOST = 50;
const UID = /^[0-2](\.(0|[1-9][0-9]*))+$/;
const UID_KEYS = ['study', 'series', 'instance'];
const OTHER_KEYS = ['accession', 'patient', 'calling-ae'];
const WORDS = { accession: 'accession number', patient: 'patient ID', 'calling-ae': 'sender', study: 'study', series: 'series', instance: 'instance' };

const field = byId('query');
const panel = byId('found');
const body = byId('found-body');
let last = 0;

export function startSearch() {
  byId('search-form').addEventListener('submit', (event) => {
    event.preventDefault();
    find(field.value.trim());
  });
  byId('found-close').addEventListener('click', close);
  document.addEventListener('keydown', (event) => {
    const typing = event.target.closest?.('input, textarea, select, dialog');
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      field.focus();
      field.select();
    } else if (event.key === 'Escape' && !document.querySelector('dialog[open]') && !panel.hidden) {
      close();
    }
  });
}

function close() {
  panel.hidden = true;
  last++;
  field.value = '';
  field.focus();
}

/** Sends requests for everything that the text may be, in parallel. */
async function find(query) {
  if (!query) {
    return;
  }
  const mine = ++last;
  panel.hidden = false;
  panel.setAttribute('aria-busy', 'true');
  try {
    const keys = UID.test(query) ? UID_KEYS : OTHER_KEYS;
    const answers = await fewAtATime(keys, (key) => search('/api/studies', { [key]: query }, MOST));
    if (mine === last) {
      show(query, collect(keys, answers), answers.some((answer) => answer.more));
    }
  } catch (failure) {
    if (mine === last) {
      body.replaceChildren(h('p', { class: 'empty' }, `The search failed: ${failure.message}`));
    }
  } finally {
    panel.removeAttribute('aria-busy');
  }
}

function collect(keys, answers) {
  const found = new Map();
  answers.forEach((answer, i) =>
    answer.items.forEach((study) => {
      const entry = found.get(study.studyInstanceUid) ?? { study, by: [] };
      entry.by.push(WORDS[keys[i]]);
      found.set(study.studyInstanceUid, entry);
    }),
  );
  return [...found.values()].sort((a, b) => (a.study.lastReceivedAt < b.study.lastReceivedAt ? 1 : -1));
}

function show(query, found, more) {
  const words = found.length ? plural(found.length, 'study', 'studies') : 'Nothing';
  text(byId('found-title'), `${words} found for “${query}”`);
  announce(byId('found-title').textContent);
  if (found.length === 0) {
    const hint = 'Enter complete accession numbers (in upper or lower case), and patient IDs and AE titles as they are written. UIDs can be of a study, a series or an instance.';
    body.replaceChildren(h('p', { class: 'empty' }, hint));
  } else {
    body.replaceChildren(
      h('ul', { class: 'studies' }, ...found.map(entry)),
      more ? h('p', { class: 'muted' }, `The last ${MOST} are shown.`) : '',
    );
  }
  byId('found-title').focus();
}

function entry({ study, by }) {
  return h(
    'li',
    {},
    h(
      'button',
      { type: 'button', class: 'study', 'data-study': study.studyInstanceUid, onclick: () => openStudy(study.studyInstanceUid) },
      h('span', { class: 'ids' }, h('b', {}, study.accessionNumber || 'no accession number'), h('span', {}, study.patientId || 'no patient ID')),
      h('span', { class: 'muted' }, `${study.modality || '–'}, ${plural(study.instances, 'instance')}, ${bytes(study.bytes)}`),
      h('span', { class: 'muted', title: full(study.lastReceivedAt) }, `${clock(study.lastReceivedAt)} from ${study.callingAes.join(', ')}`),
      h('span', { class: 'copies' }, ...study.destinations.map(copy)),
      h('small', { class: 'muted mono', title: study.studyInstanceUid }, `${shortUid(study.studyInstanceUid)} (by ${by.join(', ')})`),
    ),
  );
}

function copy(destination) {
  const { state, done, all } = copiesOf(destination);
  return h('span', { class: 'copy', 'data-state': state }, icon(state), `${destination.destination || 'no destination'} ${count(done)}/${count(all)}`);
}

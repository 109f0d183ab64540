/* The gateways of the cluster, and the database that they share. Hidden when the gateway is on its own. */

import { attribute, byId, h, Keyed, text } from './dom.js';
import { ago, count, full, span } from './format.js';
import { icon, turn } from './icons.js';

/** State of a gateway → icon, word. */
const STATES = { working: ['up', 'at work'], dead: ['down', 'dead'], left: ['paused', 'has left'] };
/** A lease of which this part is over without a sign of life is late. */
const LATE = 0.5;

const rows = new Keyed(byId('cluster-rows'), (first) => {
  const sign = icon('up');
  const word = h('b', {});
  const since = h('small', {});
  const name = h('span', {});
  const lease = h('span', {});
  const unfinished = h('span', {});
  const version = h('span', {});
  const element = h(
    'tr',
    { 'data-node': first.node },
    h('td', { 'data-label': 'State' }, h('span', { class: 'state' }, sign, word), since),
    h('th', { scope: 'row', 'data-label': 'Gateway' }, name),
    h('td', { 'data-label': 'Lease' }, lease),
    h('td', { 'data-label': 'Unfinished', class: 'number' }, unfinished),
    h('td', { 'data-label': 'Version' }, version),
  );
  return {
    element,
    show(member) {
      const [state, words] = STATES[member.state] ?? ['unnamed', member.state];
      turn(sign, member.isLate ? 'degraded' : state);
      attribute(element, 'data-state', member.isLate ? 'degraded' : state);
      text(word, words);
      text(since, `for ${ago(member.since)}`);
      attribute(since, 'title', full(member.since));
      text(name, member.isHere ? `${member.node}, this one` : member.node);
      text(lease, member.lease);
      text(unfinished, count(member.unfinished));
      text(version, member.software);
    },
  };
});

/** Shows the cluster of a status. */
export function showCluster(cluster) {
  byId('cluster').hidden = !cluster;
  if (!cluster) {
    return;
  }
  rows.show(
    shown(cluster).map((member) => ({ ...member, ...leaseOf(member, cluster), isHere: isHere(member, cluster) })),
    (member) => `${member.node} ${member.state}`,
  );
  text(byId('cluster-database'), databaseOf(cluster));
  byId('cluster-database').dataset.level = cluster.trouble ? 'bad' : 'good';
}

const isHere = (member, { node }) => member.node === node && member.state === 'working';

/** A gateway that came back with a new disk is another member: of those that are gone and left nothing, the last one. */
function shown({ members }) {
  const working = new Set(members.filter((each) => each.state === 'working').map((each) => each.node));
  const found = new Map();
  for (const member of members) {
    if (member.state === 'working' || member.unfinished > 0 || !working.has(member.node)) {
      const key = `${member.node} ${member.state}`;
      const known = found.get(key);
      found.set(key, known ? { ...member, unfinished: known.unfinished + member.unfinished } : member);
    }
  }
  return [...found.values()].sort((a, b) => (a.node < b.node ? -1 : a.node > b.node ? 1 : 0));
}

function leaseOf(member, cluster) {
  if (member.state !== 'working') {
    return { lease: member.unfinished ? 'over; its work is being taken over' : 'over; nothing is left of its work', isLate: false };
  }
  if (!cluster.answers) {
    return { lease: 'not known: the database does not answer', isLate: true };
  }
  if (isHere(member, cluster)) {
    return { lease: 'lease renewed', isLate: false };
  }
  const silent = member.silentSeconds ?? 0;
  const isLate = silent > LATE * cluster.leaseSeconds;
  return {
    lease: isLate
      ? `NOT renewed for ${span(silent * 1000)}; it is dead after ${span(cluster.leaseSeconds * 1000)}`
      : 'lease renewed',
    isLate,
  };
}

function databaseOf({ answers, database, standby, trouble }) {
  const where = database ? `PostgreSQL at ${database}` : 'PostgreSQL';
  const state = answers ? 'answers' : 'does not answer';
  const copy = standby ? 'a synchronous standby confirms what is received' : 'no synchronous standby confirms what is received';
  return `${where} ${state}; ${answers ? copy : 'whether a standby confirms is not known'}.${trouble ? ` Nothing can be kept: ${trouble}` : ''}`;
}

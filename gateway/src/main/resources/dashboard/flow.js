/*
 * The flow as a picture: the senders, the gateway, each server. The style sheet places the boxes. This file draws the
 * edges between them: from side to side on a wide page, from top to bottom on a narrow one.
 */

import { attribute, byId, h, Keyed, loaded, s, text } from './dom.js';
import { ago, bytes, count, plural, rate } from './format.js';
import { icon, turn } from './icons.js';

const MOST_SENDERS = 6;

const root = byId('flow');
const edges = s('svg', { class: 'edges', 'aria-hidden': 'true' });
const senders = h('ul', { class: 'senders', 'aria-label': 'Senders' });
const servers = h('ul', { class: 'servers', 'aria-label': 'Servers' });
const speed = h('b', { class: 'speed' });
const volume = h('small', {});
const takes = h('span', { class: 'takes' });
const queue = h('span', { class: 'queue' });
const gateway = h(
  'div',
  { class: 'box gateway' },
  h('strong', {}, 'Gateway'),
  speed,
  volume,
  queue,
  takes,
);
root.append(edges, senders, gateway, servers);

const senderBoxes = new Keyed(senders, (first) => {
  const pace = h('span', { class: 'pace' });
  const name = h('span', { class: 'mono name' }, first.name);
  return {
    element: h('li', { class: 'box', 'data-name': first.name }, name, pace),
    show(sender) {
      text(pace, sender.rate > 0 ? `${rate(sender.rate)}/s` : sender.last ? `${ago(sender.last)} ago` : '');
      attribute(
        name,
        'title',
        sender.last ? `${sender.name}: ${count(sender.lastHour)} in the last hour, ${bytes(sender.lastHourBytes)}` : sender.name,
      );
    },
  };
});

const serverBoxes = new Keyed(servers, (first) => {
  const sign = icon(first.state);
  const pace = h('span', { class: 'pace' });
  const word = h('span', { class: 'word' });
  const element = h(
    'li',
    { class: 'box', 'data-name': first.name },
    h('span', { class: 'name' }, sign, first.name),
    word,
    pace,
  );
  return {
    element,
    show(server) {
      turn(sign, server.state);
      attribute(element, 'data-state', server.state);
      text(word, server.state === 'up' ? '' : server.word);
      text(pace, `${rate(server.rate)}/s · ${count(server.waiting)} waiting`);
    },
  };
});

const edgeLines = new Keyed(edges, () => {
  const line = s('path', { class: 'line' });
  const moving = s('path', { class: 'moving' });
  const upper = s('text', { class: 'pace', 'text-anchor': 'end' });
  const lower = s('text', { class: 'queue', 'text-anchor': 'end' });
  const element = s('g', {}, line, moving, upper, lower);
  return {
    element,
    show(edge) {
      attribute(element, 'data-state', edge.state);
      attribute(element, 'data-moving', edge.rate > 0);
      attribute(line, 'd', edge.path);
      attribute(moving, 'd', edge.path);
      // From 1.5 px for few instances to 5 px for hundreds per second; the dashes also move faster.
      const weight = Math.min(1, Math.log10(1 + edge.rate) / 2.5);
      line.style.strokeWidth = `${1.5 + 3.5 * weight}px`;
      moving.style.strokeWidth = line.style.strokeWidth;
      moving.style.animationDuration = `${(1.6 - 1.2 * weight).toFixed(1)}s`;
      label(upper, edge.upper, edge, -7);
      label(lower, edge.lower, edge, 14);
    },
  };
});

function label(element, words, { x, y }, dy) {
  text(element, words ?? '');
  attribute(element, 'x', Math.round(x));
  attribute(element, 'y', Math.round(y + dy));
}

let shown = { senders: [], servers: [] };

/** Shows a status and its destinations; `from` has the senders, most recent first. */
export function showFlow(status, from, destinations) {
  loaded(root);
  const some = from.slice(0, MOST_SENDERS);
  if (from.length > MOST_SENDERS) {
    some.push({ name: `${from.length - MOST_SENDERS} more`, rate: 0, last: null });
  }
  if (some.length === 0) {
    some.push({ name: 'no sender yet', rate: 0, last: null });
  }
  shown = { senders: some, servers: destinations };
  senderBoxes.show(some, (each) => each.name);
  serverBoxes.show(destinations, (each) => each.name);
  text(speed, `${rate(status.received)}/s`);
  text(volume, `${bytes(status.receivedBytes)}/s`);
  text(queue, status.waiting ? `${count(status.waiting)} waiting` : 'nothing waits');
  text(takes, status.receiver === 'open' ? plural(status.associations, 'association') : 'receives nothing');
  attribute(takes, 'title', status.listening.join(', '));
  attribute(gateway, 'data-state', status.receiver === 'open' ? 'up' : 'down');
  draw();
}

/** The edges between the present positions of the boxes. */
function draw() {
  const outer = root.getBoundingClientRect();
  if (outer.width === 0) {
    return;
  }
  attribute(edges, 'viewBox', `0 0 ${Math.round(outer.width)} ${Math.round(outer.height)}`);
  const place = (element) => {
    const box = element.getBoundingClientRect();
    return {
      left: box.left - outer.left,
      right: box.right - outer.left,
      top: box.top - outer.top,
      bottom: box.bottom - outer.top,
      middle: (box.top + box.bottom) / 2 - outer.top,
    };
  };
  const centre = place(gateway);
  const beside = place(servers).left > centre.right;
  const list = [];
  shown.senders.forEach((sender, i) => {
    const geometry = beside
      ? across(place(senders.children[i]), centre)
      : down(place(senders.children[i]), centre);
    list.push({ key: `from ${sender.name}`, state: 'up', rate: sender.rate, ...geometry });
  });
  shown.servers.forEach((server, i) => {
    const box = place(servers.children[i]);
    list.push({
      key: `to ${server.name}`,
      state: server.state,
      rate: server.rate,
      upper: beside ? `${rate(server.rate)}/s` : '',
      lower: beside && server.waiting ? plural(server.waiting, 'waiting', 'waiting') : '',
      ...(beside ? across(centre, box) : branch(centre, box)),
    });
  });
  edgeLines.show(list, (edge) => edge.key);
}

/**
 * From the right of one box to the left of another. The ends at the gateway are spread a little, to keep edges apart.
 */
function across(from, to) {
  const spread = (box, other) =>
    box.middle + Math.max(-1, Math.min(1, (other.middle - box.middle) / 120)) * Math.max(0, box.bottom - box.top - 60) * 0.3;
  const [x1, x2] = [from.right, to.left];
  const [y1, y2] = [spread(from, to), spread(to, from)];
  const bend = Math.min((x2 - x1) * 0.5, 60);
  return {
    path: `M${x1.toFixed(1)} ${y1.toFixed(1)} C${(x1 + bend).toFixed(1)} ${y1.toFixed(1)} ${(x1 + bend * 0.7).toFixed(1)} ${y2.toFixed(1)} ${(x1 + bend * 1.9).toFixed(1)} ${y2.toFixed(1)} H${x2.toFixed(1)}`,
    x: x2 - 7,
    y: y2,
  };
}

/** From the bottom of a box down to the top of another. */
function down(from, to) {
  const x = Math.min(Math.max((from.left + from.right) / 2, to.left + 14), to.right - 14);
  return { path: `M${x.toFixed(1)} ${from.bottom.toFixed(1)} V${to.top.toFixed(1)}`, x, y: 0 };
}

/** From the bottom of a box along its left side to a box below. */
function branch(from, to) {
  const x = from.left + 14;
  const path = `M${x.toFixed(1)} ${from.bottom.toFixed(1)} V${(to.middle - 8).toFixed(1)} q0 8 8 8 H${to.left.toFixed(1)}`;
  return { path, x, y: 0 };
}

new ResizeObserver(draw).observe(root);

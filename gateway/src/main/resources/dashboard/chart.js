/* Received and delivered over the last hours, drawn by uPlot; its colours are the style sheet's. */

import { get } from './api.js';
import { byId, h, text } from './dom.js';
import { count, plural, rate } from './format.js';

const HOURS = [1, 6, 24, 48];
const REFRESH_MILLIS = 15_000;
const HEIGHT = 220;
/** Destinations beyond these are added up: more lines could not be distinguished. */
const MOST_LINES = 5;
/** More points than these are averaged: nobody could see the difference. */
const MOST_POINTS = 240;
/** Lines differ by dashes as well as colours. */
const DASHES = [[], [8, 3], [3, 2], [9, 3, 2, 3], [5, 4]];
const REST = 'others';
const SHORTEST_SECONDS = 10;

const box = byId('chart');
const legend = byId('legend');
const scheme = matchMedia('(prefers-color-scheme: dark)');
let hours = HOURS[0];
let names = [];
let hidden = new Set();
let plot = null;
let history = null;

/** Starts to show the chart. */
export function startChart() {
  byId('hours').append(...HOURS.map((each) => choice(each)));
  new ResizeObserver(() => {
    if (plot && box.clientWidth > 0 && plot.width !== box.clientWidth) {
      plot.setSize({ width: box.clientWidth, height: HEIGHT });
    }
  }).observe(box);
  scheme.addEventListener('change', build);
  setInterval(() => document.hidden || load(), REFRESH_MILLIS);
  load();
}

function choice(each) {
  return h(
    'button',
    {
      type: 'button',
      'aria-pressed': String(each === hours),
      onclick: ({ target }) => {
        hours = each;
        for (const button of target.parentElement.children) {
          button.setAttribute('aria-pressed', String(button === target));
        }
        load();
      },
    },
    `${each} h`,
  );
}

/**
 * Requests the history again. An error is not shown here: another part of the page shows that the gateway does not
 * answer.
 */
export async function load() {
  try {
    history = await get('/api/history', { hours });
  } catch {
    return;
  }
  const found = [...new Set(history.points.flatMap((point) => Object.keys(point.delivered)))].sort();
  const wanted = found.length > MOST_LINES ? [...found.slice(0, MOST_LINES - 1), REST] : found;
  if (!plot || wanted.join('\n') !== names.join('\n')) {
    names = wanted;
    build();
  } else {
    plot.setData(data());
  }
  showLegend();
}

function data() {
  const size = Math.max(1, Math.ceil(history.points.length / MOST_POINTS));
  const points = [];
  for (let i = 0; i < history.points.length; i += size) {
    points.push(history.points.slice(i, i + size));
  }
  const perSecond = (of) => points.map((bin) => bin.reduce((sum, point) => sum + (of(point) ?? 0), 0) / seconds(bin));
  return [
    points.map((bin) => Date.parse(bin[0].at) / 1000),
    perSecond((point) => point.received),
    ...names.map((name) => perSecond((point) => deliveredTo(point, name))),
    perSecond((point) => point.failed).map((value) => value || null),
  ];
}

/** The duration of these points. The last one may not be complete, and is a guess in its first seconds. */
function seconds(bin) {
  const sinceLast = (Date.now() - Date.parse(bin[bin.length - 1].at)) / 1000;
  return (bin.length - 1) * history.step + Math.min(history.step, Math.max(SHORTEST_SECONDS, sinceLast));
}

function deliveredTo({ delivered }, name) {
  return name === REST
    ? Object.entries(delivered).reduce((sum, [each, n]) => (names.includes(each) ? sum : sum + n), 0)
    : delivered[name];
}

function build() {
  if (!history) {
    return;
  }
  plot?.destroy();
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--muted'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  plot = new window.uPlot(
    {
      width: box.clientWidth,
      height: HEIGHT,
      padding: [8, 18, 0, 0], // room for half a time label on the right: the last label is centred at its line
      legend: { show: false },
      cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
      scales: { x: { time: true }, y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
      axes: [
        { ...axis, values: '{HH}:{mm}', space: 60, size: 26 },
        { ...axis, size: 46, values: (_, ticks) => ticks.map((tick) => `${rate(tick)}/s`) },
      ],
      series: [
        {},
        { stroke: colour('--series-in'), fill: colour('--series-in-fill'), width: 1.5, points: { show: false }, show: !hidden.has('received') },
        ...names.map((name, i) => ({
          stroke: colour(`--series-${i + 1}`),
          dash: DASHES[i],
          width: 1.75,
          points: { show: false },
          show: !hidden.has(name),
        })),
        { stroke: colour('--down'), width: 0, points: { show: true, size: 5, width: 0, fill: colour('--down') }, show: !hidden.has('failed') },
      ],
      hooks: { setCursor: [({ cursor }) => showValues(cursor.idx)] },
    },
    data(),
    box,
  );
}

function showLegend() {
  const entries = ['received', ...names, 'failed'];
  if (legend.childElementCount !== entries.length || legend.dataset.names !== entries.join('\n')) {
    legend.dataset.names = entries.join('\n');
    legend.replaceChildren(...entries.map((name, i) => h('li', {}, toggle(name, i))));
  }
  const sum = (of) => history.points.reduce((total, point) => total + of(point), 0);
  const words = [`In the last ${plural(hours, 'hour')}: ${count(sum((point) => point.received))} received`];
  for (const name of names.filter((each) => each !== REST)) {
    words.push(`${count(sum((point) => point.delivered[name] ?? 0))} delivered to ${name}`);
  }
  words.push(`${count(sum((point) => point.failed ?? 0))} attempts failed`);
  text(byId('chart-words'), words.join(', '));
  showValues(null);
}

function toggle(name, i) {
  const line = i === 0 ? 'in' : name === 'failed' ? 'failed' : String(i);
  return h(
    'button',
    {
      type: 'button',
      'aria-pressed': String(!hidden.has(name)),
      onclick: ({ currentTarget }) => {
        hidden.has(name) ? hidden.delete(name) : hidden.add(name);
        currentTarget.setAttribute('aria-pressed', String(!hidden.has(name)));
        plot.setSeries(i + 1, { show: !hidden.has(name) });
      },
    },
    h('i', { 'data-line': line, 'aria-hidden': 'true' }),
    h('span', {}, name === 'received' || name === 'failed' || name === REST ? name : `to ${name}`),
    h('b', {}),
  );
}

/** Shows the values under the pointer in the legend; without a pointer, the last values. */
function showValues(index) {
  if (!plot) {
    return;
  }
  const at = index ?? plot.data[0].length - 1;
  [...legend.children].forEach((item, i) => {
    const value = plot.data[i + 1]?.[at];
    text(item.querySelector('b'), `${rate(value ?? 0)}/s`);
  });
}

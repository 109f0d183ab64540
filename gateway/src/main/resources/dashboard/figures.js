/* The gateway in six figures, and banners above them when an operator must act. */

import { openReceiver, reroute } from './actions.js';
import { byId, h, Keyed, loaded, text, attribute } from './dom.js';
import { ago, bytes, clock, count, plural, rate, span } from './format.js';
import { diskIsLow, endsSoon } from './model.js';

const figures = new Keyed(byId('figures'), ({ label }) => {
  const value = h('b', {});
  const more = h('small', {});
  const element = h('div', {}, h('dt', {}, label), h('dd', {}, value, more));
  return {
    element,
    show(figure) {
      text(value, figure.value);
      text(more, figure.more);
      attribute(element, 'data-level', figure.level ?? null);
    },
  };
});

/** Shows the figures of a status and of its destinations. */
export function showFigures(status, destinations) {
  loaded(byId('figures'));
  const stuck = (status.totals.parked ?? 0) + (status.totals.held ?? 0) + status.unrouted;
  const oldest = destinations
    .map((each) => each.oldest)
    .filter(Boolean)
    .sort()[0];
  const list = [
    { label: 'Received', value: `${rate(status.received)}/s`, more: `${bytes(status.receivedBytes)}/s` },
    { label: 'Delivered', value: `${rate(status.delivered)}/s`, more: `${count(status.totals.delivered)} in all` },
    { label: 'Waiting', value: count(status.waiting), more: bytes(status.totals.pendingBytes) },
    { label: 'Oldest waiting', value: oldest ? ago(oldest) : '–', more: oldest ? `since ${clock(oldest)}` : status.waiting ? 'for any server' : 'nothing waits' },
    {
      label: 'Parked or held',
      value: count(stuck),
      more: stuck ? 'needs your decision' : 'nothing is stuck',
      level: stuck ? 'warn' : null,
    },
  ];
  if (status.disk) {
    list.push({
      label: 'Disk free',
      value: bytes(status.disk.free),
      more: `of ${bytes(status.disk.total)}`,
      level: diskIsLow(status.disk) ? 'bad' : null,
    });
  }
  figures.show(list, (figure) => figure.label);
}

const banners = new Keyed(byId('banners'), (first) => {
  const title = h('strong', {});
  const words = h('span', {});
  const lines = h('ul', {});
  const button = first.button
    ? h('button', { type: 'button', class: 'steering', onclick: first.button.press }, first.button.label)
    : null;
  return {
    element: h('div', { class: 'banner', 'data-level': first.level }, h('div', {}, title, ' ', words, lines), button),
    show(banner) {
      text(title, banner.title);
      text(words, banner.words);
      const shown = banner.lines ?? [];
      if (lines.childElementCount !== shown.length || lines.textContent !== shown.join('')) {
        lines.replaceChildren(...shown.map((line) => h('li', {}, line)));
      }
    },
  };
});

/** The banners: everything that needs an operator. `connection` is {state, since, why}. */
export function showBanners(status, destinations, connection) {
  const list = [];
  if (connection.state === 'lost') {
    list.push({
      key: 'lost',
      level: 'bad',
      title: 'The connection to the gateway is lost',
      words: `since ${clock(connection.since)}. The page shows the state from then, and keeps trying.`,
    });
  } else if (connection.state === 'refused') {
    list.push({ key: 'refused', level: 'bad', title: 'The gateway does not answer this page:', words: connection.why });
  }
  if (status) {
    list.push(
      ...receiverBanner(status),
      ...unassignedBanner(status, destinations),
      ...destinations.filter((each) => each.missing || each.differing).map(copiesBanner),
      ...rulesBanners(status.rules),
      ...diskBanner(status.disk),
      ...damageBanners(status.damage),
      ...status.certificates.filter(endsSoon).map(certificateBanner),
    );
  }
  banners.show(list, (banner) => banner.key);
}

const RECEIVER_TITLES = { paused: 'The receiver is paused:', draining: 'The gateway is drained, it takes nothing more in:' };

function receiverBanner({ receiver, because }) {
  if (receiver === 'open') {
    return [];
  }
  const byOperator = receiver in RECEIVER_TITLES;
  return [
    {
      key: `receiver-${receiver}`,
      level: 'bad',
      title: byOperator ? RECEIVER_TITLES[receiver] : 'The gateway receives nothing:',
      words: because || 'no reason was given',
      button: byOperator ? { label: 'Resume', press: openReceiver } : null,
    },
  ];
}

/** What waits for any one of several servers is in the books of none of them. */
function unassignedBanner({ unassigned }, destinations) {
  if (!unassigned) {
    return [];
  }
  const named = destinations.filter((each) => each.state !== 'unnamed').map((each) => each.name);
  return [
    {
      key: 'unassigned',
      level: 'bad',
      title: `${plural(unassigned, 'delivery waits', 'deliveries wait')}:`,
      words: 'none of their destinations can be used. They go out as soon as one of these can.',
      button: { label: 'Reroute…', press: () => reroute('', unassigned, named) },
    },
  ];
}

/** What a server took, and does not hold now as it was sent. */
function copiesBanner({ name, missing, differing }) {
  const parts = [missing ? `${count(missing)} missing` : '', differing ? `${count(differing)} differing` : ''].filter(Boolean);
  return {
    key: `copies-${name}`,
    level: 'bad',
    title: `${name} does not hold what it took:`,
    words: `${parts.join(', ')}. To send again what is missing: verify --destination ${name} --repair`,
  };
}

function rulesBanners({ broken, needRestart = [], source, version }) {
  const list = [];
  if (broken) {
    list.push({
      key: 'rules',
      level: 'bad',
      title: 'The rules file is broken',
      words: `since ${clock(broken.since)}; version ${version} stays in force until you correct it:`,
      lines: broken.problems.length ? broken.problems : [source],
    });
  }
  if (needRestart.length) {
    list.push({
      key: 'restart',
      level: 'warn',
      title: 'gateway.conf was changed;',
      words: `restart the gateway to apply: ${needRestart.join(', ')}`,
    });
  }
  return list;
}

function damageBanners({ setAside = 0, unreadSegments = 0, ledger = '' }) {
  const list = [];
  if (ledger) {
    list.push({ key: 'ledger', level: 'bad', title: 'The ledger is damaged. Restart the gateway:', words: ledger });
  }
  if (unreadSegments) {
    list.push({
      key: 'unread',
      level: 'warn',
      title: `${plural(unreadSegments, 'segment', 'segments')} of the log cannot be read in part.`,
      words: 'They are kept; see the log of the gateway for the reason.',
    });
  }
  if (setAside) {
    list.push({
      key: 'set-aside',
      level: 'warn',
      title: `${plural(setAside, 'file is', 'files are')} set aside:`,
      words: 'they have no known instance. The command set-aside shows them, and takes them in.',
    });
  }
  return list;
}

function diskBanner(disk) {
  if (!diskIsLow(disk)) {
    return [];
  }
  const words =
    disk.free < disk.minFree
      ? `${bytes(disk.free)} free. Senders are refused until ${bytes(disk.minFree)} are free.`
      : `${bytes(disk.free)} free. Below ${bytes(disk.minFree)}, senders are refused.`;
  return [{ key: 'disk', level: 'bad', title: 'The disk of the spool is nearly full:', words }];
}

function certificateBanner({ file, subject, notAfter }) {
  const left = Date.parse(notAfter) - Date.now();
  const expired = left <= 0;
  const when = expired ? `since ${clock(notAfter)}` : `in ${span(left)}`;
  return {
    key: `certificate-${file}`,
    level: expired ? 'bad' : 'warn',
    title: expired ? 'A certificate has expired:' : 'A certificate expires soon:',
    words: `${subject}, ${when}. Replace ${file} and its key; no restart is needed.`,
  };
}

/** The title of the window, which is visible when the page is not. */
export function title(destinations, status, connection) {
  const down = destinations.filter((each) => each.state === 'down').length;
  const stuck = status?.totals.parked ?? 0;
  const first =
    connection.state === 'lost'
      ? 'lost'
      : down
        ? plural(down, 'server down', 'servers down')
        : stuck
          ? `${count(stuck)} parked`
          : '';
  return first ? `${first} – DICOM Gateway` : 'DICOM Gateway';
}

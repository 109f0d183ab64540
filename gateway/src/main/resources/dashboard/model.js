/* Turns the gateway's answers into data for the page. Only this file knows the field names of the interface. */

/** States of the interface → names of icons and colours. */
const STATES = { up: 'up', degraded: 'degraded', down: 'down', paused: 'paused', 'closed by schedule': 'closed' };

/** A destination. One that the rules no longer name is `unnamed`. */
export function destination(answer) {
  const health = answer.health ?? {};
  const books = answer.books ?? {};
  const word = answer.state ?? health.state ?? 'not in the rules';
  const lastError = answer.lastError ?? null;
  return {
    name: answer.name,
    peer: health.peer ?? '',
    state: STATES[word] ?? 'unnamed',
    word,
    why: answer.why ?? health.why ?? '',
    since: answer.since ?? health.since ?? null,
    waiting: answer.waiting?.instances ?? books.pending ?? 0,
    waitingBytes: answer.waiting?.bytes ?? books.pendingBytes ?? 0,
    oldest: answer.oldestWaiting ?? null,
    inFlight: answer.inFlight ?? health.inFlight ?? 0,
    most: health.maxAssociations ?? 0,
    rate: answer.deliveredPerSecond ?? 0,
    parked: answer.parked ?? books.parked ?? 0,
    held: answer.held ?? books.held ?? 0,
    stuck: (books.pending ?? 0) + (books.parked ?? 0) + (books.held ?? 0),
    lastError: lastError?.reason ?? '',
    lastErrorAt: lastError?.at ?? null,
    nextAttempt: health.nextAttempt ?? null,
    transforms: health.transforms ?? [],
    deidentifies: health.deidentifies ?? false,
    verified: answer.copies?.verified ?? 0,
    missing: answer.copies?.missing ?? 0,
    differing: answer.copies?.differing ?? 0,
  };
}

/** The status of the gateway. */
export function status(answer) {
  const process = answer.process ?? {};
  const rates = answer.rates ?? {};
  const closed = process.closedBecause ?? '';
  return {
    version: answer.version ?? process.version ?? '',
    started: answer.startedAt ?? process.started ?? null,
    listening: process.listening ?? [],
    receiver: answer.receiver?.state ?? (closed ? 'closed' : 'open'),
    because: answer.receiver?.because || closed,
    associations: answer.receiver?.associations ?? 0,
    rules: answer.rules ?? {},
    totals: answer.totals ?? {},
    unrouted: answer.unrouted ?? 0,
    unassigned: answer.unassigned ?? 0,
    waiting: (answer.totals?.pending ?? 0) + (answer.unassigned ?? 0),
    disk: answer.disk ?? null,
    damage: answer.damage ?? {},
    certificates: answer.certificates ?? [],
    senders: (answer.senders ?? []).map(sender),
    rejected: answer.rejected ?? [],
    receivers: answer.receivers ?? [],
    cluster: answer.cluster ?? null,
    received: rates.receivedPerSecond ?? 0,
    receivedBytes: rates.receivedBytesPerSecond ?? 0,
    delivered: rates.deliveredPerSecond ?? 0,
  };
}

/** The senders. */
function sender(answer) {
  return {
    name: answer.callingAe,
    rate: answer.receivedPerSecond ?? 0,
    last: answer.lastReceived ?? null,
    lastHour: answer.receivedLastHour ?? 0,
    lastHourBytes: answer.receivedBytesLastHour ?? 0,
  };
}

/** A copy that another gateway of the cluster has, as a delivery. */
export function copyElsewhere(answer) {
  return { ...answer, id: answer.delivery, attempts: null, accessionNumber: '', modality: '' };
}

/** What the other gateways have parked and held. */
export function stuckElsewhere(cluster) {
  return (cluster?.waiting ?? [])
    .filter((each) => each.gateway !== cluster.node)
    .reduce((sum, each) => sum + each.parked + each.held, 0);
}

/** The same limit as in the gateway's log. A certificate should be renewed before then. */
const SOON_MILLIS = 30 * 86_400_000;

/** Whether a certificate expires soon or has expired. */
export function endsSoon(certificate) {
  return Date.parse(certificate.notAfter) - Date.now() < SOON_MILLIS;
}

/** Low means less than twice the required minimum: there is still time to act before senders are refused. */
export function diskIsLow(disk) {
  return Boolean(disk) && disk.free < 2 * disk.minFree;
}

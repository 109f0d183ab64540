/* The actions of operators. Each action shows its result; then the parts of the page that show it are updated. */

import { post } from './api.js';
import { ask } from './ask.js';
import { plural } from './format.js';
import { note } from './say.js';

let afterwards = () => {};
let inCluster = false;

/** Whether pauses, resumes, retries and discards are for all gateways of a cluster. */
export function steersAll(all) {
  inCluster = all;
}

/** Called after every action that changed something. */
export function whenDone(look) {
  afterwards = look;
}

async function perform(path, body, done) {
  try {
    const answer = await post(path, body);
    note(done(answer));
    notDone(answer.cluster).forEach((words) => note(words, true));
    afterwards();
    return true;
  } catch (failure) {
    note(`This failed: ${failure.message}`, true);
    return false;
  }
}

/** The gateways of the cluster that have not done it, and why. */
function notDone(order) {
  if (!order) {
    return [];
  }
  const gateways = order.gateways.filter((each) => each.state !== 'done').map((each) => `${each.gateway} ${each.says}`);
  return order.missing ? [...gateways, order.missing] : gateways;
}

export async function pause(name) {
  const reason = await ask({
    title: `Pause ${name}?`,
    words: `${inCluster ? 'All gateways of the cluster do. ' : ''}Instances that are being sent are finished. Everything else waits or goes elsewhere until you resume it. A restart does not end the pause.`,
    action: 'Pause',
    reason: 'optional',
  });
  if (reason !== null) {
    await perform(`/api/destinations/${encodeURIComponent(name)}/pause`, { reason }, () => `${name} is paused`);
  }
}

export function resume(name) {
  return perform(`/api/destinations/${encodeURIComponent(name)}/resume`, {}, () => `${name} is resumed`);
}

export function tryNow(name) {
  return perform(`/api/destinations/${encodeURIComponent(name)}/try`, {}, () => `${name} is tried now`);
}

/** Asks where the deliveries of a destination should go instead; an empty name: those without a destination. */
export async function reroute(from, count, others) {
  const name = from || 'any server';
  const to = await ask({
    title: `Reroute what waits for ${name}?`,
    words: `${plural(count, 'delivery', 'deliveries')} that wait, are parked or are held for ${name} go to another destination for good. New instances still go by the rules.`,
    action: 'Reroute',
    reason: 'choice',
    choices: others,
  });
  if (to) {
    await perform('/api/reroute', { from, to }, (answer) =>
      `${plural(answer.count, 'delivery goes', 'deliveries go')} from ${name} to ${to}`,
    );
  }
}

export function openReceiver() {
  return perform('/api/receiver/resume', {}, () => 'Instances are received again');
}

/**
 * `selection` is one of {delivery}, {study}, {study, destination}, {destination}, or {} for all parked deliveries; in a
 * cluster also with the gateway that has them, otherwise those of all gateways are meant.
 */
export function retry(selection) {
  return perform('/api/retry', selection, (answer) =>
    answer.count > 0
      ? `${plural(answer.count, 'delivery is', 'deliveries are')} tried again`
      : 'Nothing is parked there any more',
  );
}

export async function discard(selection, what) {
  const reason = await ask({
    title: `Discard ${what}?`,
    words: 'It is never delivered there, and you cannot undo this. The forward log keeps the event and the reason.',
    action: 'Discard',
    reason: 'required',
    danger: true,
  });
  if (reason) {
    await perform('/api/discard', { ...selection, reason }, (answer) =>
      `${plural(answer.count, 'delivery is', 'deliveries are')} discarded`,
    );
  }
}

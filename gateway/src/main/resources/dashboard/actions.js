/* What an operator does. Each action says what came of it; the parts of the page that show it look again. */

import { post } from './api.js';
import { ask } from './ask.js';
import { plural } from './format.js';
import { note } from './say.js';

let afterwards = () => {};

/** What happens after every action that changed something. */
export function whenDone(look) {
  afterwards = look;
}

async function perform(path, body, done) {
  try {
    const answer = await post(path, body);
    note(done(answer));
    afterwards();
    return true;
  } catch (failure) {
    note(`Not done: ${failure.message}`, true);
    return false;
  }
}

export async function pause(name) {
  const reason = await ask({
    title: `Pause ${name}?`,
    words: 'What is being sent is finished; everything else waits or goes elsewhere, restarts included, until you resume it.',
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

export function openReceiver() {
  return perform('/api/receiver/resume', {}, () => 'Instances are taken in again');
}

/** `selection` is one of {delivery}, {study}, {study, destination}, {destination}, or {} for all that is parked. */
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
    words: 'It is never delivered there, and this cannot be undone. The forward log keeps that, and the reason.',
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

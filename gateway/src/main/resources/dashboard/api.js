/* The client of the gateway's HTTP interface. Every request ends: with an answer, with an error, or by a timeout. */

const LIMIT_MILLIS = 15_000;
/** The largest page that the gateway gives. */
const PAGE = 200;
/** The answer to too many passwords to compare, or too many searches, at the same time: try again a little later. */
const BUSY = [429, 503];
const BUSY_MILLIS = 1_200;

/** Why a request failed; `status` is 0 when the gateway did not answer at all. */
export class Failure extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Sends a GET request. Empty parameters are left out. */
export function get(path, parameters = {}) {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const query = new URLSearchParams(given).toString();
  return request(query ? `${path}?${query}` : path, { method: 'GET' });
}

/**
 * Searches page by page until `most` items are found or there are no more. A page may end early, when the search takes
 * long, and a full one may be the last.
 */
export async function search(path, parameters, most) {
  const items = [];
  let cursor = '';
  do {
    const page = await get(path, { ...parameters, limit: Math.min(PAGE, most + 1 - items.length), cursor });
    items.push(...page.items);
    cursor = page.next;
  } while (cursor && items.length <= most);
  return { items: items.slice(0, most), more: items.length > most };
}

/** Sends a POST request. */
export function post(path, body = {}) {
  return request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** The answers for some items, with two requests at a time, so that other users are not delayed. */
export async function fewAtATime(items, ask) {
  const answers = [];
  for (let i = 0; i < items.length; i += 2) {
    answers.push(...(await Promise.all(items.slice(i, i + 2).map(ask))));
  }
  return answers;
}

async function request(path, options, again = true) {
  let response;
  let answer;
  try {
    response = await fetch(path, { ...options, cache: 'no-store', signal: AbortSignal.timeout(LIMIT_MILLIS) });
    answer = await response.json().catch(() => ({}));
  } catch {
    throw new Failure(0, 'the gateway does not answer');
  }
  if (BUSY.includes(response.status) && again) {
    await new Promise((resolve) => setTimeout(resolve, BUSY_MILLIS));
    return request(path, options, false);
  }
  if (!response.ok) {
    throw new Failure(response.status, reasonOf(response, answer));
  }
  return answer;
}

function reasonOf(response, answer) {
  if (typeof answer.error === 'string' && answer.error) {
    return answer.error;
  }
  return response.status === 403 ? 'only operators may do this' : `the gateway answered ${response.status}`;
}

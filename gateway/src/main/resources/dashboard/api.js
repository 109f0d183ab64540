/* The gateway's HTTP interface. Every request ends: with an answer, with why there is none, or after a while. */

const LIMIT_MILLIS = 15_000;
/** Too many at the same time, of passwords to compare or of searches: once more, a little later. */
const BUSY = [429, 503];
const BUSY_MILLIS = 1_200;

/** Why a request came to nothing; `status` is 0 when the gateway did not answer at all. */
export class Failure extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** What a GET answers; parameters that are empty are left out. */
export function get(path, parameters = {}) {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const query = new URLSearchParams(given).toString();
  return request(query ? `${path}?${query}` : path, { method: 'GET' });
}

/** What a POST answers. */
export function post(path, body = {}) {
  return request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** The answers for each of some items; two questions at a time, for others ask, too. */
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

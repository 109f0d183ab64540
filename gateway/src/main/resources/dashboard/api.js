/* The gateway's HTTP interface. Every request ends: with an answer, with why there is none, or after a while. */

const LIMIT_MILLIS = 15_000;

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

async function request(path, options) {
  let response;
  let answer;
  try {
    response = await fetch(path, { ...options, cache: 'no-store', signal: AbortSignal.timeout(LIMIT_MILLIS) });
    answer = await response.json().catch(() => ({}));
  } catch {
    throw new Failure(0, 'the gateway does not answer');
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

/*
 * Live data: pushed by the gateway (server-sent events), or requested every two seconds while that does not work. A
 * hidden page closes its connection.
 */

import { get } from './api.js';

const POLL_MILLIS = 2_000;
const SILENCE_MILLIS = 12_000;
const REOPEN_MILLIS = 10_000;

export class Live {
  /** `heard` has the methods status(answer), destinations(answers), events(answer), connection(state, since). */
  constructor(heard) {
    this.heard = heard;
    this.source = null;
    this.lastHeard = 0;
    this.closedAt = 0;
    this.state = 'connecting';
    this.polling = false;
  }

  start() {
    document.addEventListener('visibilitychange', () => (document.hidden ? this.close() : this.look()));
    setInterval(() => this.look(), POLL_MILLIS);
    this.look();
  }

  /** Requests the data now, in addition to what is pushed: after an action on this page. */
  async refresh() {
    const [status, destinations] = await Promise.all([get('/api/status'), get('/api/destinations')]);
    this.heard.status(status);
    this.heard.destinations(destinations);
  }

  look() {
    if (document.hidden) {
      return;
    }
    if (this.source === null && Date.now() - this.closedAt > REOPEN_MILLIS) {
      this.open();
    }
    if (Date.now() - this.lastHeard > SILENCE_MILLIS || this.source?.readyState !== EventSource.OPEN) {
      this.poll();
    }
  }

  open() {
    const source = new EventSource('/api/events');
    this.source = source;
    source.addEventListener('status', (message) => this.pushed(JSON.parse(message.data)));
    source.addEventListener('log', (message) => {
      this.lastHeard = Date.now();
      this.heard.events(JSON.parse(message.data));
    });
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) {
        this.close();
      }
      this.poll();
    };
  }

  close() {
    this.source?.close();
    this.source = null;
    this.closedAt = document.hidden ? 0 : Date.now();
  }

  pushed(answer) {
    this.lastHeard = Date.now();
    this.become('live');
    this.heard.status(answer.status);
    this.heard.destinations(answer.destinations);
  }

  async poll() {
    if (this.polling) {
      return;
    }
    this.polling = true;
    try {
      await this.refresh();
      if (Date.now() - this.lastHeard > SILENCE_MILLIS || this.source?.readyState !== EventSource.OPEN) {
        this.become('polling');
      }
    } catch (failure) {
      this.become(failure.status === 0 ? 'lost' : 'refused', failure.message);
    } finally {
      this.polling = false;
    }
  }

  become(state, why = '') {
    if (this.state !== state) {
      this.state = state;
      this.heard.connection(state, new Date().toISOString(), why);
    }
  }
}

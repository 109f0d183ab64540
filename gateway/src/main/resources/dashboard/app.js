/* The page: passes the gateway's answers to the parts that show them. */

import { steersAll, whenDone } from './actions.js';
import { get } from './api.js';
import { load as loadChart, startChart } from './chart.js';
import { showCluster } from './cluster.js';
import { showDestinations } from './destinations.js';
import { byId, text } from './dom.js';
import { showEvents, startEvents } from './events.js';
import { showBanners, showFigures, title } from './figures.js';
import { showFlow } from './flow.js';
import { ago, full } from './format.js';
import { Live } from './live.js';
import * as model from './model.js';
import { showReceivers } from './receivers.js';
import { showRejected } from './rejected.js';
import { announce } from './say.js';
import { startSearch } from './search.js';
import { loadStuck, lookAtStuck, startStuck } from './stuck.js';
import { lookAtStudy, openFromAddress } from './study.js';

const WORDS = { connecting: 'connecting', live: 'live', polling: 'every 2 s', lost: 'no connection', refused: 'refused' };

let status = null;
let destinations = null;
let connection = { state: 'connecting', since: null, why: '' };

function show() {
  if (status && destinations) {
    showFigures(status, destinations);
    showFlow(status, status.senders, destinations);
    showReceivers(status.receivers);
    showRejected(status.rejected);
    showCluster(status.cluster);
    text(byId('version'), status.version ? `${status.version}, up ${ago(status.started)}` : '');
    byId('version').title = `since ${full(status.started)}`;
  }
  if (destinations) {
    showDestinations(destinations);
  }
  showBanners(status, destinations ?? [], connection);
  document.title = title(destinations ?? [], status, connection);
}

/** A viewer does not see the actions of operators. The gateway refuses them in any case. */
function showUser(user) {
  document.documentElement.dataset.role = user.role;
  text(byId('user'), user.role === 'viewer' ? `${user.name} (view only)` : user.name);
}

const live = new Live({
  status(answer) {
    status = model.status(answer);
    steersAll(Boolean(status.cluster));
    lookAtStuck(status);
    show();
  },
  destinations(answers) {
    destinations = answers.map(model.destination);
    show();
  },
  events: showEvents,
  connection(state, since, why) {
    const wasLost = connection.state === 'lost' || connection.state === 'refused';
    connection = { state, since, why };
    byId('connection').dataset.state = state;
    text(byId('connection-word'), WORDS[state]);
    if (state === 'lost') {
      announce('The connection to the gateway is lost');
    } else if (wasLost) {
      announce('The gateway answers again');
      loadChart();
      loadStuck();
    }
    show();
  },
});

whenDone(() => {
  live.refresh().catch(() => {});
  loadStuck();
  lookAtStudy();
});
startSearch();
startChart();
startStuck();
startEvents();
live.start();
get('/api/user').then(showUser).catch(() => {});
// Durations also grow between two answers.
setInterval(show, 1000);
window.addEventListener('hashchange', openFromAddress);
openFromAddress();

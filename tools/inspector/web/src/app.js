// @ts-check
// The whole page.
import { html, render } from 'htm/preact';

import { Compare } from './compare.js';
import { Detail } from './detail.js';
import { clock } from './format.js';
import { Help } from './help.js';
import { Home } from './home.js';
import { Icon, Logo } from './icons.js';
import { Import } from './import.js';
import { listen } from './keys.js';
import { List } from './list.js';
import { show, start as startLive } from './live.js';
import { go, start as startRoute } from './route.js';
import { Send } from './send.js';
import { openSend } from './actions.js';
import { Settings } from './settings.js';
import { announcement, counts, dialog, paused, query, ready, route, settings, stream, toast } from './state.js';
import { Timeline } from './timeline.js';

/** @param {import('./types.js').Receiver} receiver */
function tone(receiver) {
  if (receiver.last_refusal !== null) return 'bad';
  return receiver.state === 'reached' ? 'ok' : 'none';
}

function Receivers() {
  const all = settings.value?.receivers ?? [];
  const reached = all.find((receiver) => receiver.reached_as !== null)?.reached_as;
  return html`
    <nav class="receivers" aria-label="Receivers">
      ${all.map(
        (receiver) => html`
          <button
            type="button"
            title=${receiver.last_refusal ?? receiver.state}
            onClick=${() => go({})}
          >
            <i class="dot ${tone(receiver)}"></i>${receiver.product}
            <span class="hidden">${receiver.last_refusal ?? receiver.state}</span>
          </button>`,
      )}
    </nav>
    <span class="space"></span>
    ${reached && html`<span class="reached">reached as <code>${reached}</code></span>`}`;
}

function Live() {
  const { state, since } = stream.value;
  const toggle = () => {
    paused.value = !paused.value;
    if (!paused.value) show();
  };
  const words =
    state === 'reconnecting' ? `Reconnecting since ${clock(since)}`
    : paused.value ? 'Paused'
    : state === 'live' ? 'Live'
    : 'Connecting';
  return html`
    <button
      type="button"
      class="live ${state === 'live' && !paused.value ? 'ok' : 'warn'}"
      aria-label="${words}. ${paused.value ? 'Go on' : 'Pause'}"
      onClick=${toggle}
    >
      <i class="dot"></i>${words}
    </button>`;
}

function Header() {
  return html`
    <header>
      <button type="button" class="logo" aria-label="mediahook dev, overview" onClick=${() => go({})}>
        <${Logo} /><span>mediahook <small>dev</small></span>
      </button>
      <${Receivers} />
      <${Live} />
      <button type="button" class="button" onClick=${() => (dialog.value = 'settings')}>
        <${Icon} name="gear" /><span class="wide">Settings</span>
      </button>
      <button type="button" class="button primary" onClick=${() => openSend(null)}>
        <${Icon} name="send" /><span class="wide">Send a callback</span> <kbd class="wide" aria-hidden="true">N</kbd>
      </button>
    </header>`;
}

const PAGES = { home: Home, callback: Detail, media: Timeline, compare: Compare };

function App() {
  const { name } = route.value;
  const isEmpty = ready.value && !counts.value.all && query.value === '';
  return html`
    <div class="app ${name === 'home' && !isEmpty ? 'at-list' : 'at-page'}">
      <${Header} />
      <main>
        <${List} />
        <div id="page" tabindex="-1"><${PAGES[name]} /></div>
      </main>
      ${dialog.value === 'send' && html`<${Send} />`}
      ${dialog.value === 'import' && html`<${Import} />`}
      ${dialog.value === 'settings' && html`<${Settings} />`}
      ${dialog.value === 'keys' && html`<${Help} />`}
      <div class="toast" role="status">${toast.value && html`<p>${toast.value}</p>`}</div>
      <div class="hidden" aria-live="polite">${announcement.value}</div>
    </div>`;
}

void startRoute().then(startLive);
listen();
render(html`<${App} />`, document.body);

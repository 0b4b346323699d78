// @ts-check
import { html } from 'htm/preact';

import { Dialog } from './dialog.js';
import { KEYS } from './keys.js';
import { keys } from './state.js';

/** Single keys, and the switch that turns them off. */
export const KeysSwitch = () => html`
  <label class="switch">
    <input
      type="checkbox"
      checked=${keys.value === 'on'}
      onChange=${(/** @type {any} */ event) => (keys.value = event.currentTarget.checked ? 'on' : 'off')}
    />
    Single keys do what is listed
  </label>`;

export const Help = () => html`
  <${Dialog} title="Keys" size="small">
    <dl class="keys">
      ${KEYS.map(
        ({ keys: names, does }) => html`
          <div>
            <dt>${names.map((name) => (name === '…' ? ' … ' : html`<kbd>${name}</kbd> `))}</dt>
            <dd>${does}</dd>
          </div>`,
      )}
    </dl>
    <${KeysSwitch} />
    <p class="faint">In the event: <kbd>↑</kbd> <kbd>↓</kbd> follow the lines from field to field.</p>
  <//>`;

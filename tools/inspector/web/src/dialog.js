// @ts-check
import { html } from 'htm/preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

import { Icon } from './icons.js';
import { dialog } from './state.js';

/**
 * A modal dialog: the browser keeps the focus in it, closes it with Escape, and gives the focus back.
 *
 * @param {{title: string, size?: string, children: any}} props
 */
export function Dialog({ title, size = '', children }) {
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useLayoutEffect(() => {
    const before = document.activeElement;
    box.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const close = () => (dialog.value = '');
  return html`
    <dialog
      ref=${box}
      class=${size}
      aria-labelledby="dialog-title"
      onClose=${close}
      onClick=${(/** @type {MouseEvent} */ event) => size === 'small' && event.target === box.current && close()}
    >
      <div class="dialog-head">
        <h2 id="dialog-title">${title}</h2>
        <button type="button" class="button plain" aria-label="Close" onClick=${close}><${Icon} name="close" /></button>
      </div>
      ${children}
    </dialog>`;
}

// @ts-check
import { html } from 'htm/preact';

/** Paths on a grid of 16. @type {Record<string, string>} */
const PATHS = {
  transcode: 'M2 4h12v8H2zM7 6.3v3.4L10 8z',
  snapshot: 'M2 4.5h3L6 3h4l1 1.5h3V13H2zM8 11a2.4 2.4 0 1 0 0-4.8A2.4 2.4 0 0 0 8 11z',
  upload: 'M8 11V3.5M4.8 6.4 8 3.2l3.2 3.2M2.5 13h11',
  workflow: 'M2 3h4v3H2zM10 3h4v3h-4zM6 10h4v3H6zM4 6v2.2h8V6M8 8.2V10',
  moderation: 'M8 2l5 2v4c0 3-2.2 5-5 6-2.8-1-5-3-5-6V4zM5.8 8l1.7 1.7 2.9-3.1',
  edit: 'M4.5 6a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6zM4.5 13.6a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6zM6 5l7.5 6.5M6 11l7.5-6.5',
  enhance: 'M8 2v3M8 11v3M2 8h3M11 8h3M4 4l1.5 1.5M10.5 10.5 12 12M12 4l-1.5 1.5M5.5 10.5 4 12',
  analysis: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.3 14 14',
  generation: 'M8 2l1.5 4.5L14 8l-4.5 1.5L8 14l-1.5-4.5L2 8l4.5-1.5z',
  asset: 'M2 4.5h4.5L8 6h6v7H2z',
  live: 'M8 9.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM4.8 11.2a4.5 4.5 0 0 1 0-6.4M11.2 4.8a4.5 4.5 0 0 1 0 6.4M2.7 13.3a7.5 7.5 0 0 1 0-10.6M13.3 2.7a7.5 7.5 0 0 1 0 10.6',
  document: 'M4 2h5l3 3v9H4zM6 8h4M6 10.5h4',
  unknown: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM6.3 6.4a1.8 1.8 0 1 1 2.5 1.7c-.6.3-.8.6-.8 1.2M8 11.3v.1',
  refused: 'M4.5 7.5h7V13h-7zM6 7.5V5.2a2 2 0 0 1 4 0v2.3',
  unreadable: 'M4 2h5l3 3v9H4zM6.2 8l3.6 3.6M9.8 8l-3.6 3.6',
  probe: 'M2 8h2.5l1.7-4 3.2 8 1.6-4H14',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.3 14 14',
  back: 'M10 3 5 8l5 5',
  close: 'M4 4l8 8M12 4l-8 8',
  gear: 'M8 10.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4zM8 1.8v2M8 12.2v2M1.8 8h2M12.2 8h2M3.6 3.6 5 5M11 11l1.4 1.4M12.4 3.6 11 5M5 11l-1.4 1.4',
  send: 'M2.5 8 14 2.5 10.5 13.5 7.5 9z',
  more: 'M4 6l4 4 4-4',
};

/**
 * An icon that only goes with words, so that it has none of its own.
 *
 * @param {{name: string}} props
 */
export const Icon = ({ name }) => html`
  <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
    <path d=${PATHS[name] ?? PATHS.unknown} />
  </svg>`;

export const Logo = () => html`
  <svg class="mark" width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
    <rect width="22" height="22" rx="6" />
    <path d="M5 12.5V8.2a3 3 0 0 1 6 0v5.6a3 3 0 0 0 6 0V10M14.6 11 17 8.4l2.3 2.6" />
  </svg>`;

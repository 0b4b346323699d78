// @ts-check
// Bytes and XML as text to read.

/** Bytes that are shown in hex. */
const BYTES = 16 * 1024;

/** Sixteen bytes a line: place, hex, characters. @param {Uint8Array} bytes */
export function hex(bytes) {
  const lines = [];
  for (let at = 0; at < Math.min(bytes.length, BYTES); at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const digits = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const characters = row.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '·')).join('');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${digits.padEnd(47)}  ${characters}`);
  }
  if (bytes.length > BYTES) lines.push(`… ${bytes.length - BYTES} more bytes`);
  return lines.join('\n');
}

/** XML with a line for each element. @param {string} text */
export function prettyXml(text) {
  const root = new DOMParser().parseFromString(text, 'application/xml');
  if (root.querySelector('parsererror')) throw new Error('broken XML');
  const written = new XMLSerializer();
  /** @type {string[]} */
  const lines = [];
  /** @param {Element} element @param {string} indent */
  function add(element, indent) {
    if (element.children.length === 0) {
      lines.push(indent + written.serializeToString(element));
      return;
    }
    const open = written.serializeToString(element.cloneNode(false)).replace(/\/>$|><\/[^>]*>$/, '>');
    lines.push(indent + open);
    for (const child of element.children) add(child, `${indent}  `);
    lines.push(`${indent}</${element.nodeName}>`);
  }
  add(root.documentElement, '');
  return lines.join('\n');
}

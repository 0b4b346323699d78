// Puts the page into dist/, which the server has in it: our modules and the libraries' ES modules as they are, but for the
// bare names of imports, which become paths. An import map would do the same, but the page's policy allows nothing inline.
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = import.meta.dirname;
const DIST = join(ROOT, 'dist');
const ASSETS = join(DIST, 'assets');

/** What the modules import by name: the package's file, and what it is called here. */
const LIBRARIES = new Map([
  ['preact', { file: 'preact/dist/preact.mjs', name: 'preact.js' }],
  ['preact/hooks', { file: 'preact/hooks/dist/hooks.mjs', name: 'preact-hooks.js' }],
  ['htm', { file: 'htm/dist/htm.mjs', name: 'htm.js' }],
  ['htm/preact', { file: 'htm/preact/index.mjs', name: 'htm-preact.js' }],
  ['@preact/signals-core', { file: '@preact/signals-core/dist/signals-core.mjs', name: 'signals-core.js' }],
  ['@preact/signals', { file: '@preact/signals/dist/signals.mjs', name: 'signals.js' }],
]);

/** The libraries' licences go with them. */
const LICENSES = ['preact', 'htm', '@preact/signals', '@preact/signals-core'];

/**
 * The module with the libraries' names as paths.
 *
 * @param {string} code
 * @param {string} folder where the libraries are, seen from the module
 */
function linked(code, folder) {
  const rewritten = code.replace(/\b(from|import)(\s*)(["'])([@\w][\w@/-]*)\3/g, (_, word, space, quote, name) => {
    const library = LIBRARIES.get(name);
    if (library === undefined) throw new Error(`${name} is imported, but is no library of the page`);
    return `${word}${space}${quote}${folder}${library.name}${quote}`;
  });
  return rewritten.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');
}

await rm(DIST, { recursive: true, force: true });
await mkdir(join(ASSETS, 'lib'), { recursive: true });
await cp(join(ROOT, 'index.html'), join(DIST, 'index.html'));
await cp(join(ROOT, 'icon.svg'), join(ASSETS, 'icon.svg'));
for (const file of await readdir(join(ROOT, 'styles'))) {
  await cp(join(ROOT, 'styles', file), join(ASSETS, file));
}
for (const file of await readdir(join(ROOT, 'src'))) {
  await writeFile(join(ASSETS, file), linked(await readFile(join(ROOT, 'src', file), 'utf8'), './lib/'));
}
for (const { file, name } of LIBRARIES.values()) {
  const code = await readFile(join(ROOT, 'node_modules', file), 'utf8');
  await writeFile(join(ASSETS, 'lib', name), linked(code, './'));
}
for (const name of LICENSES) {
  const target = `${name.replace('@', '').replace('/', '-')}.LICENSE.txt`;
  await cp(join(ROOT, 'node_modules', name, 'LICENSE'), join(ASSETS, 'lib', target));
}

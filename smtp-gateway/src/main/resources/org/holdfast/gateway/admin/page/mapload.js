// Sends a map file. YAML goes whole; CSV of any size goes in parts, read from the disk as they
// are sent, so that neither side needs memory for all of it.
import { once } from './api.js';
import { number } from './format.js';

/** Lines in a part, as the command line sends them. */
const PART = 50_000;

/** The gateway takes no larger one at once. */
const MOST_OCTETS = 64 * 1024 * 1024;

const TYPES = { yaml: 'application/yaml', yml: 'application/yaml', csv: 'text/csv' };

export const typeOf = (file) => TYPES[file.name.toLowerCase().split('.').pop()];

/** What it came to: the answer of POST /v1/map, summed over the parts. */
export async function loadFile(file, { dryRun, reason, progress }) {
  const where = '/v1/map?' + new URLSearchParams({ ...(dryRun ? { 'dry-run': '' } : { wait: '30s' }), ...(reason ? { reason } : {}) });
  const post = (text, type) => once(where)(text, { 'Content-Type': type });
  if (typeOf(file) === 'text/csv') return parts(file, (part) => post(part, 'text/csv'), dryRun, progress);
  if (file.size > MOST_OCTETS) throw new Error('More than 64 MiB of YAML: use the command line, holdfast map load ' + file.name);
  await file.slice(0, 1).arrayBuffer(); // throws when the file was changed since; a fetch would only fail
  try {
    return await post(file, 'application/yaml');
  } catch (e) {
    throw inLines(e, 0);
  }
}

/** "map:3: ..." of the gateway as a line of the file. */
function inLines(e, before) {
  e.message = e.message.replace(/^map:(\d+)/, (_, n) => 'Line ' + number(Number(n) + before));
  return e;
}

async function parts(file, post, dryRun, progress) {
  let header = null;
  let part = [];
  let before = 0;
  let octets = 0;
  let total = null;
  const flush = async () => {
    if (part.length === 0 && total) return;
    try {
      total = added(total, await post(header + '\n' + part.join('\n') + '\n'));
    } catch (e) {
      throw inParts(inLines(e, before), before, dryRun);
    }
    before += part.length;
    part = [];
    progress(octets);
  };
  for await (const line of lines(file)) {
    octets += line.length + 1;
    if (header === null) header = line;
    else if (part.push(line) === PART) await flush();
  }
  await flush();
  return total;
}

function inParts(e, before, dryRun) {
  if (before && !dryRun) e.message += ' The ' + number(before) + ' lines before that part are loaded. Mend it and load again: what is loaded already does not change.';
  return e;
}

async function* lines(file) {
  const reader = file.stream().pipeThrough(new TextDecoderStream('utf-8', { fatal: true })).getReader();
  let rest = '';
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const all = (rest + read.value).split(/\r?\n/);
    rest = all.pop();
    yield* all;
  }
  if (rest) yield rest;
}

const LISTED = 200;

function added(a, b) {
  if (!a) return b;
  const kinds = Object.fromEntries(Object.entries(b.kinds).map(([name, k]) => [name, Object.fromEntries(Object.entries(k).map(([what, n]) => [what, n + a.kinds[name][what]]))]));
  const list = (name) => [...a[name], ...b[name]].slice(0, LISTED);
  return { ...b, kinds, notQuiesced: a.notQuiesced + b.notQuiesced, warned: a.warned + b.warned, open: list('open'), changes: list('changes'), warnings: list('warnings') };
}

// The gateway's HTTP API. A 401 brings the sign-in and then the same call again.
import { session, signIn } from './session.js';

/** An answer that is an error; the message is what the gateway says about it. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || 'status ' + status);
    this.status = status;
    this.problem = problem;
  }
}

/** No answer came: what was asked may have been done or not. */
export class Unreachable extends Error {
  constructor(cause, changes) {
    super(cause.name === 'TimeoutError' ? 'The gateway does not answer.' : 'The gateway can not be reached.', { cause });
    if (changes) this.message += ' Whether it was done is not known. To ask again is safe.';
  }
}

/** Longest wait for an answer: reading; a change, which may wait itself for what is open. */
const READ_MILLIS = 20_000;
const CHANGE_MILLIS = 120_000;

/** A path with every value escaped: path`/v1/users/${address}`. */
export const path = (parts, ...values) =>
  parts.reduce((all, part, i) => all + encodeURIComponent(values[i - 1]) + part);

async function request(method, where, options = {}) {
  while (true) {
    const used = session.token;
    const answer = await fetch(where, {
      method,
      body: options.body,
      signal: options.signal,
      headers: { Authorization: 'Bearer ' + used, ...options.headers },
    });
    if (answer.status !== 401) return answer;
    if (session.token === used) await signIn(used ? 'The token is not valid any more. Nothing that you typed is lost.' : '');
  }
}

/** What an answer without a word of the gateway's own means, such as a proxy's before it. */
const WORDLESS = { 429: 'Too much is asked at once.', 502: 'A proxy can not reach the gateway.', 503: 'The gateway is not ready.', 504: 'The gateway does not answer a proxy.' };

async function checked(answer) {
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  const again = answer.headers.get('Retry-After');
  const words = problem.detail || WORDLESS[answer.status] || problem.title || 'status ' + answer.status;
  const later = (answer.status === 429 || answer.status === 503) && !/again/.test(words);
  throw new Refused(answer.status, { ...problem, detail: words + (later ? ' Try again' + (again > 1 ? ' in ' + again + ' s.' : '.') : '') });
}

/** An answer as JSON within a time; the time that a person takes to sign in does not count. */
async function json(method, where, options, millis, changes) {
  while (true) {
    const given = session.signIns;
    const limit = AbortSignal.timeout(millis);
    try {
      const answer = await request(method, where, { ...options, signal: options.signal ? AbortSignal.any([options.signal, limit]) : limit });
      return await (await checked(answer)).json();
    } catch (e) {
      if (e instanceof Refused || options.signal?.aborted) throw e;
      if (session.signIns === given) throw new Unreachable(e, changes);
    }
  }
}

export const get = (where, signal) => json('GET', where, { signal }, READ_MILLIS, false);

const JSON_TYPE = { 'Content-Type': 'application/json' };

export const send = (method, where, body = {}) => json(method, where, { body: JSON.stringify(body), headers: JSON_TYPE }, CHANGE_MILLIS, true);

export const remove = (where) => json('DELETE', where, {}, CHANGE_MILLIS, true);

/**
 * A function that posts something that must not happen twice: asked again because no answer came,
 * it bears the same key, and the gateway gives the first answer. Any answer ends that key.
 */
export function once(where) {
  let key = null;
  let asked = null;
  return async (body, headers = JSON_TYPE) => {
    const text = headers === JSON_TYPE ? JSON.stringify(body) : body;
    if (!key || text !== asked) key = [...crypto.getRandomValues(new Uint32Array(4))].join('-');
    asked = text;
    try {
      const answer = await json('POST', where, { body: text, headers: { ...headers, 'Idempotency-Key': '"' + key + '"' } }, CHANGE_MILLIS, true);
      key = null;
      return answer;
    } catch (e) {
      if (!(e instanceof Unreachable)) key = null;
      throw e;
    }
  };
}

/** Text of a stream, a line at a time; the last may lack its end. */
async function* linesOf(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    while (true) {
      const { value, done } = await reader.read();
      if (done) break;
      const lines = (rest + value).split('\n');
      rest = lines.pop();
      yield* lines;
    }
    if (rest) yield rest;
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** Sends NDJSON, gives NDJSON as it comes. */
export async function* stream(where, body, signal) {
  const answer = await checked(await request('POST', where, {
    body, signal, headers: { 'Content-Type': 'application/x-ndjson' },
  }));
  for await (const line of linesOf(answer)) {
    if (line.trim()) yield JSON.parse(line);
  }
}

/** Server-sent events of the audit log behind this id, of one kind or all, until the signal or the end. */
export async function* follow(after, what, signal) {
  const answer = await checked(await request('GET', '/v1/events?' + new URLSearchParams({ after, ...(what ? { what } : {}) }), {
    signal, headers: { Accept: 'text/event-stream' },
  }));
  for await (const line of linesOf(answer)) {
    if (line.startsWith('data: ')) yield JSON.parse(line.slice(6));
  }
}

/** At most so many octets of a message as text: one character for each octet that is not UTF-8. */
export async function beginning(where, most, signal) {
  const answer = await checked(await request('GET', where, { signal }));
  const reader = answer.body.getReader();
  const chunks = [];
  let size = 0;
  let done = false;
  while (size < most && !done) {
    const read = await reader.read();
    done = read.done;
    if (!done) {
      chunks.push(read.value);
      size += read.value.length;
    }
  }
  reader.cancel().catch(() => {});
  const text = new TextDecoder().decode(await new Blob(chunks).slice(0, most).arrayBuffer());
  return { text, cut: size > most || !done };
}

/** Saves an answer as a file; one that breaks off is an error, never half a file. */
export async function download(where, name) {
  const answer = await checked(await request('GET', where).catch((e) => { throw new Unreachable(e, false); }));
  save(await answer.blob().catch((e) => { throw new Error('It broke off, nothing is saved: ' + e.message); }), name);
}

export function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

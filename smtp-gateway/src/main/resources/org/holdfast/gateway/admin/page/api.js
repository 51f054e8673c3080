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

async function checked(answer) {
  if (answer.ok) return answer;
  throw new Refused(answer.status, await answer.json().catch(() => ({})));
}

export const get = async (where, signal) => (await checked(await request('GET', where, { signal }))).json();

export async function send(method, where, body = {}) {
  const answer = await request(method, where, {
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json' },
  });
  return (await checked(answer)).json();
}

export const remove = async (where) => (await checked(await request('DELETE', where))).json();

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

/** Server-sent events of the audit log behind this id, until the signal or the end. */
export async function* follow(after, signal) {
  const answer = await checked(await request('GET', '/v1/events?after=' + after, {
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

/** Saves what is there as a file. */
export async function download(where, name) {
  const answer = await checked(await request('GET', where));
  save(await answer.blob(), name);
}

export function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

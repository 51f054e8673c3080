// The changes that the gateway remembers, for the history of one user or pair. All are read once,
// then only what is new.
import { get } from './api.js';

const KEPT = 5000;
const AT_ONCE = 1000;

let events = [];
let last = 0;
let reading = null;

async function read() {
  const page = await get('/v1/events?limit=' + AT_ONCE + (last ? '&after=' + last : ''));
  events = events.concat(page.items).slice(-KEPT);
  last = Math.max(last, page.next);
}

/** Newest first. */
export async function changesOf(target) {
  reading ??= read().finally(() => { reading = null; });
  await reading;
  return events.filter((e) => e.target === target).reverse();
}

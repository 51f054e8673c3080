// Who changed what, when and why: live, by a stream that bears the token in a header.
import { follow, get } from './api.js';
import { difference, plural } from './format.js';
import { at, badge, button, empty, html, link, nothing, page, panel, table, userLink, pairLink, messageLink } from './parts.js';

const KEPT = 500;

/** So many changes of users that are alike become one row: a list of ten thousand hides nothing else. */
const ALIKE = 4;

const KINDS = [['', 'all'], ['users', 'lists of users'], ['user', 'single users'], ['pair', 'pairs'], ['domain', 'domains'], ['all', 'everything'], ['queue', 'held mail'],
  ['map', 'map files'], ['alias', 'aliases'], ['backend', 'backends'], ['gateway', 'the gateway'], ['store', 'the store'], ['tokens', 'tokens']];
const AGAIN_MILLIS = 3000;

let events = [];
let last = 0;
let words = '';
let kind = '';
let paused = false;
let streaming = null;
let live = false;

/** Goes on for as long as the view is open and the tab is seen. */
async function listen(abort) {
  while (!abort.signal.aborted) {
    try {
      live = true;
      for await (const event of follow(last, kind, abort.signal)) {
        add([event]);
        if (!paused) page.redraw();
      }
    } catch {
      // broken off, or left
    }
    if (abort.signal.aborted) return;
    live = false;
    page.redraw();
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MILLIS));
  }
}

function add(more) {
  for (const event of more) {
    if (event.id > last) {
      last = event.id;
      events.unshift(event);
    }
  }
  events.length = Math.min(events.length, KEPT);
}

function target(e) {
  if (e.what.startsWith('user.') && e.target.includes('@')) return userLink(e.target);
  if (e.what.startsWith('pair.')) return pairLink(e.target);
  if (e.what.startsWith('queue.') && /^[A-Za-z0-9]+$/.test(e.target)) return messageLink(e.target);
  return e.target;
}

const shown = () => {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return events.filter((e) => {
    const text = [e.who, e.from, e.what, e.target, e.why].join(' ').toLowerCase();
    return wanted.every((w) => text.includes(w));
  });
};

/** Runs of changes that differ only in their user, as one row each. */
function rows(items) {
  const groups = [];
  for (const e of items) {
    const key = e.what === 'user.state' ? [e.who, e.from, e.why, difference(e.before, e.after)].join('\n') : null;
    const last = groups.at(-1);
    if (key !== null && last?.key === key) last.events.push(e);
    else groups.push({ key, events: [e] });
  }
  return groups.flatMap((g) => (g.events.length < ALIKE ? g.events.map((e) => [e, 0]) : [[g.events[0], g.events.length - 1]]));
}

function choose(event) {
  kind = event.target.value;
  view.leave();
  page.refresh();
}

function pause() {
  paused = !paused;
  page.redraw();
}

const view = {
  title: 'Events',
  every: 60_000,
  async load() {
    if (streaming) return {};
    const mine = new AbortController();
    streaming = mine;
    try {
      const { items, next } = await get('/v1/events?' + new URLSearchParams({ limit: KEPT, ...(kind ? { what: kind } : {}) }), mine.signal);
      events = [];
      last = 0;
      add(items);
      last = Math.max(last, next);
      listen(mine);
    } catch (e) {
      if (streaming === mine) streaming = null;
      throw e;
    }
    return {};
  },
  leave() {
    streaming?.abort();
    streaming = null;
    live = false;
  },
  draw() {
    const items = shown();
    return html`<h1>Events</h1>
      <form class="filter" role="search" aria-label="Events" @submit=${(e) => e.preventDefault()}>
        <div class="grow"><label for="words">Words in them</label><input id="words" type="search" data-search autocomplete="off" spellcheck="false" .value=${words}
          @input=${(e) => { words = e.target.value; page.redraw(); }} placeholder="who, what, whom, why"></div>
        <div><label for="kind">What</label><select id="kind" @change=${choose}>${KINDS.map(([v, l]) => html`<option value=${v} ?selected=${v === kind}>${l}</option>`)}</select></div>
        ${button(paused ? 'Go on' : 'Pause', pause)}
      </form>
      ${panel('Changes, the newest first', items.length ? table('Events', [
        { head: 'When', main: true }, { head: 'Who' }, { head: 'What' }, { head: 'Whom' }, { head: 'Why', wide: true }, { head: 'Change', wide: true },
      ], rows(items).slice(0, 200).map(([e, more]) => [at(e.at), html`${e.who}${e.from ? html` <span class="soft">${e.from}</span>` : nothing}`, e.what,
        html`${target(e)}${more ? html` <span class="soft">and ${plural(more, 'other')} alike</span>` : nothing}`, e.why, difference(e.before, e.after, e.what)])) : empty('None.'),
      html`<span role="status">${paused ? badge('hold', 'paused') : live ? badge('up', 'live') : badge('probing', 'connecting')}</span>`)}`;
  },
};

export default view;

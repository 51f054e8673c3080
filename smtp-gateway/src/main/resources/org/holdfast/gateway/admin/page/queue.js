// What is held: filter, list, act on one or on all that the filter finds.
import { get } from './api.js';
import { guard } from './dialog.js';
import { VERBS, actOnAll } from './filter.js';
import { bytes, clock, deliveries, number, sender } from './format.js';
import message from './message.js';
import { ago, at, badge, button, empty, html, link, messageLink, nothing, page, pairLink, panel, table, userLink, words as says } from './parts.js';
import { can } from './session.js';

const LIMIT = 50;
const FIELDS = ['recipient', 'sender', 'pair', 'state', 'older', 'id'];
const OLDER = [['', 'any'], ['600', '10 minutes'], ['3600', '1 hour'], ['21600', '6 hours'], ['86400', '1 day'], ['604800', '1 week']];

/** The API's filter of what stands in the address. */
function filterOf(query) {
  const filter = {};
  for (const name of FIELDS) {
    const value = query.get(name);
    if (value && name === 'older') filter.before = new Date(Date.now() - value * 1000).toISOString();
    else if (value) filter[name] = value;
  }
  return filter;
}

const words = (query) => FIELDS.filter((f) => query.get(f)).map((f) => (f === 'older' ? 'older than ' + OLDER.find((o) => o[0] === query.get(f))?.[1] : f + ' ' + query.get(f))).join(', ');

function submit(event) {
  event.preventDefault();
  const given = [...new FormData(event.target)].map(([k, v]) => [k, String(v).trim()]).filter(([, v]) => v);
  page.go('#/queue?' + new URLSearchParams(given));
}

function form(query, pairs) {
  const select = (name, label, options) => html`<div><label for=${name}>${label}</label><select id=${name} name=${name}>${options.map(([v, l]) =>
    html`<option value=${v} ?selected=${v === (query.get(name) || '')}>${l}</option>`)}</select></div>`;
  const input = (name, label, hint, more = false) => html`<div><label for=${name}>${label}</label><input id=${name} name=${name} type="search" ?data-search=${more}
    autocomplete="off" spellcheck="false" .value=${query.get(name) || ''} placeholder=${hint}></div>`;
  return html`<form class="filter" role="search" aria-label="Held mail" @submit=${submit}>
    ${input('recipient', 'Recipient', 'alice@example.com', true)}${input('sender', 'Sender', 'anybody, or <>')}
    ${select('pair', 'Pair', [['', 'any'], ...pairs.map((p) => [p, p])])}
    ${select('state', 'State', [['', 'any'], ['held', 'on hold'], ['ready', 'ready'], ['deferred', 'deferred'], ['parked', 'parked']])}
    ${select('older', 'Older than', OLDER)}${input('id', 'Queue id', '')}
    <button class="primary">Filter</button>${query.toString() ? html`<a class="button" href="#/queue">Clear</a>` : nothing}
  </form>`;
}

const actions = (query) => html`<span class="buttons-row" role="group" aria-label="On all that match">
  <span class="soft">All that match:</span>
  ${Object.entries(VERBS).map(([verb, v]) => button(v.label + '…', () => guard(() => actOnAll(verb, filterOf(query), words(query))), v.danger ? 'danger-line' : ''))}</span>`;

const list = (items) => table('Held deliveries', [
  { head: 'Message', main: true }, { head: 'To and from' }, { head: 'Pair' }, { head: 'State' }, { head: 'Size', num: true },
  { head: 'Held for' }, { head: 'Tries', num: true }, { head: 'Last words', wide: true },
], items.map((d) => [messageLink(d.id), html`<span class="two">${userLink(d.recipient)}<span class="soft">${sender(d.sender)}</span></span>`, pairLink(d.pair), badge(d.state), bytes(d.size), ago(d.accepted), d.attempts,
  html`${says(d.lastReply, d.state)}${d.nextAttempt ? html` <span class="soft">again ${clock(d.nextAttempt)}</span>` : nothing}`]));

function next(query, after) {
  const more = new URLSearchParams(query);
  more.set('after', after);
  return '#/queue?' + more;
}

function first(query) {
  const again = new URLSearchParams(query);
  again.delete('after');
  return '#/queue?' + again;
}

function runs(items) {
  const shown = items.filter((r) => r.state === 'running' || Date.now() - Date.parse(r.ended) < 600_000).slice(0, 5);
  return shown.length ? panel('Actions under way and lately', table('Actions', [{ head: 'Action', main: true }, { head: 'On' }, { head: 'By' }, { head: 'Began' }, { head: 'Done', num: true }, { head: 'State' }],
    shown.map((r) => [r.action, r.target, r.who, at(r.began), number(r.affected) + ' of ' + number(r.total), r.state]))) : nothing;
}

const queue = {
  title: 'Queue',
  every: 5000,
  async load({ query }) {
    const asked = new URLSearchParams({ limit: LIMIT, ...filterOf(query) });
    if (query.get('after')) asked.set('after', query.get('after'));
    const [overview, found, actions] = await Promise.all([get('/v1/overview'), get('/v1/queue/messages?' + asked), get('/v1/queue/actions')]);
    return { overview, found, actions: actions.items };
  },
  draw({ overview, found, actions: done }, { query }) {
    const { items } = found;
    return html`<h1>Queue</h1>
      <p class="lead">${deliveries(overview.held)} of ${number(overview.messages)} messages held, ${bytes(overview.bytes)}${overview.oldest ? html`; the oldest for ${ago(overview.oldest)}` : nothing}.</p>
      ${form(query, overview.pairs.map((g) => g.name))}
      ${panel('Held mail, the longest held first', items.length ? list(items) : empty(query.toString() ? 'Nothing held is so.' : 'Nothing is held.'),
        can() && items.length ? actions(query) : nothing)}
      <p class="pages">${query.get('after') ? link(first(query), 'From the start') : nothing} ${found.next ? link(next(query, found.next), 'Next ' + LIMIT) : nothing}</p>
      ${runs(done)}`;
  },
};

/** #/queue, #/messages/ID */
export const queueAt = () => queue;
export const messageAt = () => message;

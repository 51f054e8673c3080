// The first ten seconds: what is held, why, since when, what moves, what needs a person.
import { get } from './api.js';
import './plot.js';
import { bytes, clock, deliveries, hours, millis, number, plural, rate, secondsSince, short, span } from './format.js';
import { ago, badge, bar, button, count, empty, html, link, nothing, page, pairLink, panel, queueLink, stat, table, userLink } from './parts.js';
import { needs } from './needs.js';
import { loadWaiting, waiting } from './restores.js';

const HISTORY_MILLIS = 10_000;
const NEEDS_SHOWN = 4;
let range = 1;
let history = null;
let asked = 0;

async function past() {
  if (!history || Date.now() - asked >= HISTORY_MILLIS) {
    asked = Date.now();
    history = await get('/v1/history?hours=' + range);
  }
  return history;
}

function setRange(h) {
  range = h;
  history = null;
  page.refresh();
}

export const STATES = [
  { name: 'on hold', state: 'held', kind: 'held' },
  { name: 'ready', state: 'ready', kind: 'ready' },
  { name: 'deferred', state: 'deferred', kind: 'deferred' },
  { name: 'parked', state: 'parked', kind: 'parked' },
];

function tiles(o) {
  const parts = STATES.map((s) => ({ value: o.byState[s.state], kind: s.kind }));
  const words = STATES.map((s) => number(o.byState[s.state]) + ' ' + s.name).join(', ');
  const filling = o.disk.hoursLeft !== null;
  const diskKind = o.trouble || (filling && o.disk.hoursLeft < 4) ? 'bad' : filling && o.disk.hoursLeft < 24 ? 'warn' : '';
  return html`<dl class="stats">
    ${stat('Held', number(o.held), o.held
      ? html`${bar(parts, words)}<span class="states">${STATES.filter((s) => o.byState[s.state]).map((s) =>
          html`<span><i class="swatch ink-${s.kind}"></i>${queueLink({ state: s.state }, number(o.byState[s.state]) + ' ' + s.name)}</span>`)}</span>`
      : 'nothing waits', 'wide')}
    ${stat('Oldest held', o.oldest ? short(secondsSince(o.oldest)) : '–', o.oldest ? 'since ' + clock(o.oldest) : 'nothing waits')}
    ${stat('Accepted', rate(o.flow.accepted), 'deliveries taken from senders')}
    ${stat('Delivered', rate(o.flow.delivered), 'deliveries taken by backends')}
    ${stat('Disk lasts', o.trouble ? 'refusing' : filling ? hours(o.disk.hoursLeft) : o.disk.growth === null ? '–' : 'not filling',
      html`${bytes(o.disk.room)} left for mail${o.disk.growth ? ', ' + (o.disk.growth > 0 ? '+' : '') + bytes(o.disk.growth) + '/h' : ''}`, diskKind)}
    ${stat('Users', number(Object.values(o.users).reduce((a, b) => a + b, 0)),
      html`<span class="states">${Object.entries(o.users).filter(([s, n]) => n && s !== 'active').map(([s, n]) =>
        html`<span>${link('#/users?state=' + s, number(n) + ' ' + (s === 'moving' ? 'being moved' : s))}</span>`)}
        ${o.users.moving + o.users.recovering + o.users.closed === 0 ? 'all active' : nothing}</span>`)}
  </dl>`;
}

/** What goes out now, and until when at this rate. */
function moving(o) {
  const items = o.pairs.filter((g) => g.pair && g.byState.ready + g.byState.deferred > 0);
  if (items.length === 0) return nothing;
  return panel('Being released', html`${items.map((g) => {
    const left = g.byState.ready + g.byState.deferred;
    const total = left + g.pair.released;
    const id = 'moving-' + g.name;
    const until = g.breaker === 'open' ? ': ' + g.pair.active + ' does not take mail, it goes on by itself'
      : g.pair.ratePerSecond > 0 ? ', about ' + span(left / g.pair.ratePerSecond) + ' left'
      : g.byState.ready === 0 ? ': each waits for its next try' : '';
    return html`<div class="progress"><label for=${id}>${pairLink(g.name)}: ${number(g.pair.released)} of ${number(total)}, ${rate(g.pair.ratePerSecond)}${until}</label><progress id=${id} max=${total} .value=${g.pair.released}></progress></div>`;
  })}`, link('#/releases', 'Releases'));
}

/** How long the active member has been without an answer; its health knows once it was asked. */
function downFor(g) {
  const m = g.pair.members[g.pair.active];
  return m && m.since && (m.health === 'down' || m.health === 'silent') ? ago(m.since) : '–';
}

/** Why mail is held: the widest first. */
function why(o) {
  const away = o.pairs.filter((g) => g.pair && g.breaker === 'open' && g.held > 0);
  const rows = [
    ...away.map((g) => [pairLink(g.name), 'its backend ' + g.pair.active, badge('down'), g.lastReply ? html`<q>${g.lastReply}</q>` : 'does not take mail', downFor(g), '–']),
    ...o.holds.map((h) => [
      h.kind === 'pair' ? pairLink(h.name) : h.kind === 'all' ? 'everything' : link('#/holds', h.name),
      h.kind, badge('hold'), h.reason || html`<span class="soft">no reason given</span>`, ago(h.since), h.by]),
    ...o.setAside.map((u) => [
      userLink(u.name), html`user of ${pairLink(u.pair)}${u.to ? html`, to ${pairLink(u.to)}` : nothing}`,
      badge(u.state), u.reason || html`<span class="soft">no reason given</span>`, ago(u.since), u.by]),
  ];
  const aside = o.users.moving + o.users.recovering;
  const more = aside - o.setAside.length;
  return panel('Why mail is held', html`
    ${rows.length === 0 ? empty('Nobody is set aside, nothing is on hold, no backend is away.') : table('Why mail is held', [
      { head: 'Who', main: true }, { head: 'What' }, { head: 'State' }, { head: 'Reason', wide: true }, { head: 'For' }, { head: 'By' }], rows)}
    ${more > 0 ? html`<p class="more">and ${plural(more, 'user')} more; in all ${[['moving', 'being moved'], ['recovering', 'recovering']].filter(([s]) => o.users[s]).map(([s, name], i) =>
      html`${i ? ' and ' : nothing}${link('#/users?state=' + s, number(o.users[s]) + ' ' + name)}`)}</p>` : nothing}`);
}

export function health(g) {
  if (!g.pair) return html`<span class="badge bad">not in the map</span>`;
  if (g.breaker === 'open') return badge('down', 'down');
  if (g.breaker === 'probing') return badge('probing');
  return badge(g.pair.health);
}

/** Whether mail goes to this pair now, and if not, what is in the way: the widest first. */
export function flows(g, holds) {
  if (holds.some((h) => h.kind === 'all')) return badge('hold', 'all on hold');
  if (g.pair.state === 'hold') return badge('hold', 'on hold');
  return g.breaker === 'open' ? badge('deferred', 'waits') : badge('active', 'flows');
}

function backends(o) {
  return panel('Backends', o.pairs.length === 0 ? empty('The map has no pairs.') : table('Backends', [
    { head: 'Pair', main: true }, { head: 'Mail' }, { head: 'Active member' }, { head: 'Health' }, { head: 'Latency', num: true },
    { head: 'Users', num: true }, { head: 'On hold', num: true }, { head: 'Ready', num: true }, { head: 'Deferred', num: true },
    { head: 'Parked', num: true }, { head: 'Open', num: true }, { head: 'Oldest' },
  ], o.pairs.map((g) => [
    g.pair ? pairLink(g.name) : g.name,
    g.pair ? flows(g, o.holds) : nothing,
    g.pair ? g.pair.active : nothing,
    health(g),
    g.pair ? millis(g.pair.members[g.pair.active]?.latencyMillis) : nothing,
    number(Object.values(g.users).reduce((a, b) => a + b, 0)),
    count(g.byState.held), count(g.byState.ready), count(g.byState.deferred, 'warn-text'), count(g.byState.parked, 'bad-text'),
    count(g.pair ? g.pair.inFlight : 0), ago(g.oldest),
  ])));
}

const pick = (h) => html`<button type="button" aria-pressed=${range === h} @click=${() => setRange(h)}>${h} h</button>`;

function plots(past) {
  if (past.at.length < 2) return panel('The last hours', empty('Plots begin half a minute after the start.'));
  const of = (name, kind) => ({ name, kind, values: past[name] });
  return panel('The last hours', html`<div class="plots">
    <figure><figcaption>Deliveries a second</figcaption>
      <time-plot .plot=${{ title: 'Deliveries a second', unit: rate, at: past.at, series: [of('accepted', 'accepted'), of('delivered', 'delivered')] }}></time-plot></figure>
    <figure><figcaption>Held</figcaption>
      <time-plot .plot=${{ title: 'Held deliveries', unit: (n) => number(Math.round(n)), at: past.at, stacked: true,
        series: STATES.toReversed().map((s) => ({ name: s.name, kind: s.kind, values: past[s.state] })) }}></time-plot></figure>
    <figure><figcaption>Store on disk</figcaption>
      <time-plot .plot=${{ title: 'Octets used by the store', unit: bytes, binary: true, at: past.at, series: [of('used', 'used')] }}></time-plot></figure>
  </div>`, html`<div class="segments" role="group" aria-label="Time shown">${[1, 6, 24].map(pick)}</div>`);
}

/** A stop of everything is meant, but must not be overlooked by who comes next. */
const stopped = (o) => o.holds.filter((h) => h.kind === 'all').map((h) => html`<p><b>Everything is on hold</b> for ${ago(h.since)}, by ${h.by}: ${h.reason || 'no reason given'}. ${link('#/holds', 'Holds')}</p>`);

export default {
  title: 'Overview',
  async load() {
    const [overview, attention, before, restores] = await Promise.all([get('/v1/overview'), get('/v1/attention'), past(), loadWaiting()]);
    return { overview, attention: attention.items, before, restores };
  },
  draw({ overview: o, attention, before, restores }) {
    const now = attention.filter((i) => i.urgency === 'now').length;
    return html`
      <h1>Overview</h1>
      <section class="verdict ${now ? 'bad' : attention.length || o.holds.some((h) => h.kind === 'all') ? 'warn' : 'good'}" aria-label="Needs a person">
        <h2>${attention.length === 0 ? 'Nothing needs a person.' : plural(attention.length, 'thing needs', 'things need') + ' a person' + (now && now < attention.length ? ', ' + now + ' of them now' : '')}</h2>
        ${attention.length ? needs(attention.slice(0, NEEDS_SHOWN), true) : html`<p>${o.held ? deliveries(o.held) + ' held, all accounted for.' : 'Mail goes straight through.'}</p>`}
        ${stopped(o)}
        ${attention.length > NEEDS_SHOWN ? html`<p class="more">${link('#/needs', 'All ' + attention.length)}</p>` : nothing}
      </section>
      ${tiles(o)}
      ${backends(o)}
      ${moving(o)}
      ${waiting(restores)}
      ${why(o)}
      ${plots(before)}`;
  },
};

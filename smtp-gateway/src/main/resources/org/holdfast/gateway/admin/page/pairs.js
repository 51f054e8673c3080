// Pairs: members, health, hold, release, failover.
import { get } from './api.js';
import { changesOf } from './changes.js';
import { guard } from './dialog.js';
import { failover, holdPair } from './flip.js';
import { deliveries, difference, millis, number, rate } from './format.js';
import { STATES, flows, health } from './overview.js';
import { ago, at, badge, button, count, empty, facts, html, link, nothing, pairLink, panel, queueLink, table } from './parts.js';
import { changePair, newPair, removePair } from './pairform.js';
import { can } from './session.js';

const acts = (pair, users) => (can() ? html`<span class="buttons-row">
  ${pair.state === 'hold'
    ? button('Release', () => guard(() => holdPair(pair.name, false, pair.held)), 'primary', 'Release pair ' + pair.name)
    : button('Hold', () => guard(() => holdPair(pair.name, true)), '', 'Hold pair ' + pair.name)}
  ${Object.keys(pair.members).length > 1 ? button('Fail over…', () => guard(() => failover(pair)), '', 'Fail over pair ' + pair.name) : nothing}
  ${button('Change…', () => guard(() => changePair(pair)), '', 'Change pair ' + pair.name)}
  ${users === null ? nothing : button('Remove…', () => guard(() => removePair(pair, users)), 'danger-line', 'Remove pair ' + pair.name)}</span>` : nothing);

const members = (pair) => table('Members of ' + pair.name, [
  { head: 'Member', main: true }, { head: 'Part' }, { head: 'Health' }, { head: 'LMTP' }, { head: 'IMAP' }, { head: 'Latency', num: true },
  { head: 'Open', num: true }, { head: 'Last answer' }, { head: 'Last trouble', wide: true },
], Object.entries(pair.members).map(([name, m]) => [
  name, name === pair.active ? badge('active', 'active') : html`<span class="badge soft">standby</span>`, badge(m.health), html`<code>${m.lmtp}</code>`, m.imap ? html`<code>${m.imap}</code>` : html`<span class="soft">none</span>`,
  millis(m.latencyMillis), count(m.inFlight), ago(m.since), m.detail ? html`<q>${m.detail}</q>` : html`<span class="soft">none</span>`,
]));

const living = (g) => Object.values(g.users).reduce((a, b) => a + b, 0);

function card(g, holds, alone) {
  const pair = g.pair;
  if (!pair) {
    return panel(g.name, html`<p>${deliveries(g.held)} held for a pair that the map does not know. ${queueLink({ pair: g.name }, 'Show the mail')}</p>`);
  }
  return panel(pair.name, html`
    ${pair.state === 'hold' ? html`<p class="why">On hold for ${ago(pair.since)}, by ${pair.by}: ${pair.reason || 'no reason given'}</p>` : nothing}
    ${facts([
      ['Held', pair.held ? html`<span class="states">${STATES.filter((s) => pair.byState[s.state]).map((s) =>
        html`<span><i class="swatch ink-${s.kind}"></i>${queueLink({ state: s.state, pair: pair.name }, number(pair.byState[s.state]) + ' ' + s.name)}</span>`)}</span>` : 'nothing'],
      ['Oldest', ago(pair.oldest)],
      ['Released lately', rate(pair.ratePerSecond)],
      ['At once', g.limit ? g.limit + ' allowed, ' + pair.inFlight + ' open' : number(pair.inFlight) + ' open'],
      g.breaker !== 'closed' ? ['Next try', at(g.nextProbe)] : null,
      g.lastReply ? ['It said last', html`<q>${g.lastReply}</q>`] : null,
      ['Users', html`<span class="states">${Object.entries(g.users).filter(([, n]) => n).map(([s, n]) =>
        html`<span>${link('#/users?' + new URLSearchParams({ pair: pair.name, state: s }), number(n) + ' ' + (s === 'moving' ? 'being moved' : s))}</span>`)}
        ${Object.values(g.users).some(Boolean) ? nothing : 'none'}</span>`],
    ])}
    ${members(pair)}`,
  html`<span class="soft">Mail</span> ${flows(g, holds)} <span class="soft">${pair.active}</span> ${health(g)} ${acts(pair, alone ? living(g) : null)}`);
}

function history(name, events) {
  return panel('Changes of ' + name, events.length === 0 ? empty('None that is remembered.') : table('Changes of ' + name, [
    { head: 'When', main: true }, { head: 'Who' }, { head: 'What' }, { head: 'Why', wide: true }, { head: 'Change', wide: true }],
  events.map((e) => [at(e.at), e.who, e.what, e.why, difference(e.before, e.after, e.what)])));
}

export default {
  title: 'Pairs',
  async load(route) {
    const [overview, events] = await Promise.all([get('/v1/overview'), route.rest[0] ? changesOf(route.rest[0]) : []]);
    return { overview, events };
  },
  draw({ overview, events }, route) {
    const name = route.rest[0];
    if (!name) {
      return html`<div class="head-row"><h1>Pairs</h1>${can() ? button('New pair…', () => guard(() => newPair(overview.pairs.map((g) => g.name)))) : nothing}</div>
        ${overview.pairs.length ? overview.pairs.map((g) => card(g, overview.holds, false)) : empty('The map has no pairs.')}`;
    }
    const pair = overview.pairs.find((p) => p.name === name);
    if (!pair) return html`<h1>${name}</h1>${empty('There is no pair ' + name + '.')}<p>${link('#/pairs', 'All pairs')}</p>`;
    return html`<nav class="crumbs" aria-label="Where"><a href="#/pairs">Pairs</a> / ${name}</nav><h1>${name}</h1>
      ${card(pair, overview.holds, true)}${history(name, events)}`;
  },
};

// What is being released: how far, how fast, until when, and who goes first.
import { get } from './api.js';
import { guard, ask } from './dialog.js';
import { setPriority } from './flip.js';
import { clock, deliveries, number, rate, span } from './format.js';
import { ago, at, badge, button, count, empty, facts, html, nothing, page, pairLink, panel, table, userLink } from './parts.js';
import { can } from './session.js';

const STATES = {
  releasing: 'Mail is going out.',
  silent: 'Nothing moves: the backend does not answer.',
  down: 'The backend does not take mail; the gateway tries again by itself.',
  probing: 'One attempt finds out whether the backend is back.',
  stalled: 'Nothing is begun: the gateway cannot write what becomes of it.',
  ended: 'Done.',
};

const left = (r) => (r.expectedEnd ? html`about ${span((Date.parse(r.expectedEnd) - Date.now()) / 1000)} <span class="soft">(${clock(r.expectedEnd)})</span>` : '–');

const users = (r) => (r.users.length === 0 ? nothing : table('Users of ' + r.pair + ' whose mail moves', [
  { head: 'User', main: true }, { head: 'Now' }, { head: 'Done', num: true }, { head: 'Left', num: true }, { head: 'Oldest' }, { head: 'Act', act: true },
], r.users.map((u) => [
  userLink(u.user), u.inFlight ? badge('ready', 'on its way') : u.left ? badge('held', 'next') : badge('ended', 'done'), number(u.done), count(u.left), ago(u.oldest),
  can() && u.left ? button('Go first…', () => guard(() => setPriority(u.user)), '', 'Let ' + u.user + ' go first') : nothing,
])));

const one = (r) => {
  const total = r.done + r.left;
  const id = 'release-' + r.pair;
  const percent = total ? Math.floor((100 * r.done) / total) : 100;
  return panel(r.pair, html`
    <p>${r.state === 'releasing' && r.rate === 0 && r.inFlight === 0 ? 'Nothing goes out right now: what is left waits for its next try.' : STATES[r.state] || r.state}</p>
    <div class="progress"><label for=${id}>${number(r.done)} of ${deliveries(total)}, ${percent} %</label><progress id=${id} max=${total || 1} .value=${total ? r.done : 1}></progress></div>
    ${facts([
      ['Left', number(r.left)], ['Rate', rate(r.rate)], r.state === 'ended' ? ['Ended', at(r.ended)] : ['Expected end', left(r)], ['Began', at(r.began)], ['Open', number(r.inFlight)],
      r.unanswered && Date.now() - Date.parse(r.unanswered) > 2000 ? ['Oldest attempt unanswered', ago(r.unanswered)] : null, r.nextProbe ? ['Next try', at(r.nextProbe)] : null,
      r.lastReply ? ['It said last', html`<q>${r.lastReply}</q>`] : null,
    ])}
    ${users(r)}${r.more ? html`<p class="more">Further users wait behind these.</p>` : nothing}`,
  html`${badge(r.state)}`);
};

const first = () => ask({
  title: 'Let somebody go first',
  fields: [{ name: 'address', label: 'Address', type: 'email', required: true }],
  go: 'Go on',
  run: async (v) => v.address.trim(),
}).then((address) => (address ? setPriority(address) : undefined));

export default {
  title: 'Releases',
  every: 2000,
  load: () => get('/v1/releases'),
  draw: ({ items }) => html`<div class="head-row"><h1>Releases</h1>${can() ? button('Let somebody go first…', () => guard(first)) : nothing}</div>
    <p class="lead">Mail of users who are active again, in the order in which it was accepted. Higher priority first, then who waits longest.</p>
    ${items.length ? items.map(one) : panel('Nothing is being released', empty('No mail waits that could go.'))}`,
};

// Users: search, by state and pair; single ones in user.js, many in bulk.js.
import { get } from './api.js';
import { guard } from './dialog.js';
import { flipUser } from './flip.js';
import bulk from './bulk.js';
import user from './user.js';
import { ago, badge, button, empty, html, link, messageLink, nothing, page, pairLink, panel, table, userLink } from './parts.js';
import { can } from './session.js';
import { newUser } from './userform.js';

const LIMIT = 50;

const EFFECT = { active: 'delivered', hold: 'held', closed: 'refused' };

export const effect = (u) => html`<span class="badge ${u.effective === 'active' ? 'good' : u.effective === 'hold' ? 'warn' : 'bad'}" title=${u.explain}>${EFFECT[u.effective]}</span>`;

function submit(event) {
  event.preventDefault();
  const given = [...new FormData(event.target)].filter(([, v]) => String(v).trim());
  page.go('#/users?' + new URLSearchParams(given));
}

const form = (route, pairs) => {
  const q = route.query;
  const option = (value, label, now) => html`<option value=${value} ?selected=${value === (now || '')}>${label}</option>`;
  return html`<form class="filter" role="search" aria-label="Users" @submit=${submit}>
    <div><label for="q">Address, or its beginning</label><input id="q" name="q" type="search" data-search autocomplete="off" spellcheck="false" .value=${q.get('q') || ''} placeholder="alice@example.com"></div>
    <div><label for="state">State</label><select id="state" name="state">${option('', 'any', q.get('state'))}
      ${[['active', 'active'], ['moving', 'being moved'], ['recovering', 'recovering'], ['closed', 'closed']].map(([v, l]) => option(v, l, q.get('state')))}</select></div>
    <div><label for="pair">Pair</label><select id="pair" name="pair">${option('', 'any', q.get('pair'))}${pairs.map((p) => option(p, p, q.get('pair')))}</select></div>
    <button class="primary">Search</button>
    ${can() ? html`<a class="button" href="#/users/bulk">Many at once…</a>${button('New user…', () => guard(() => newUser()))}` : nothing}
  </form>`;
};

const list = (users) => table('Users', [
  { head: 'Address', main: true }, { head: 'Pair' }, { head: 'State' }, { head: 'New mail is' }, { head: 'For' }, { head: 'Reason', wide: true }, { head: 'Act', act: true },
], users.map((u) => [
  userLink(u.address), html`${pairLink(u.pair)}${u.to ? html` → ${pairLink(u.to)}` : nothing}`, badge(u.state), effect(u), ago(u.since), u.reason,
  can() ? button('Change…', () => guard(() => flipUser(u)), '', 'Change ' + u.address) : nothing,
]));

async function found(q) {
  const { users, messages, more } = await get('/v1/search?' + new URLSearchParams({ q }));
  return { users, messages, more, next: null };
}

async function listed(route) {
  const asked = new URLSearchParams({ limit: LIMIT });
  for (const name of ['state', 'pair', 'after']) {
    if (route.query.get(name)) asked.set(name, route.query.get(name));
  }
  const { items, next } = await get('/v1/users?' + asked);
  return { users: items, messages: [], more: false, next };
}

function next(route, after) {
  const query = new URLSearchParams(route.query);
  query.set('after', after);
  return '#/users?' + query;
}

const matching = (users, route) => users.filter((u) =>
  (!route.query.get('state') || u.state === route.query.get('state')) && (!route.query.get('pair') || u.pair === route.query.get('pair')));

const users = {
  title: 'Users',
  every: 5000,
  async load(route) {
    const q = (route.query.get('q') || '').trim();
    const [overview, result] = await Promise.all([get('/v1/overview'), q ? found(q) : listed(route)]);
    return { pairs: overview.pairs.filter((g) => g.pair).map((g) => g.name), ...result };
  },
  draw({ pairs, users: all, messages, more, next: after }, route) {
    const shown = matching(all, route);
    return html`<h1>Users</h1>${form(route, pairs)}
      ${messages.map((id) => html`<p>There is a message of this queue id: ${messageLink(id)}</p>`)}
      ${panel(shown.length === 1 ? '1 user' : shown.length + ' users' + (after || more ? ' of more' : ''), shown.length ? list(shown)
        : empty(route.query.toString() ? 'No user is so. The search begins at the start of an address; the domain may be left out.' : 'The map has no users.'))}
      <p class="pages">${route.query.get('after') ? link('#/users', 'From the start') : nothing} ${after ? link(next(route, after), 'Next ' + LIMIT) : nothing}</p>`;
  },
};

/** #/users, #/users/bulk, #/users/ADDRESS */
export const usersAt = (route) => (route.rest[0] === 'bulk' ? bulk : route.rest[0] ? user : users);

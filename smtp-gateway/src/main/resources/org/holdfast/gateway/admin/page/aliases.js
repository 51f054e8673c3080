// Mail to one address, or to a whole domain, goes to another.
import { get, path, remove, send } from './api.js';
import { ask, guard, reasonField, say } from './dialog.js';
import { button, empty, html, link, nothing, page, panel, table, userLink } from './parts.js';
import { can } from './session.js';

const LIMIT = 50;

function put(alias) {
  return ask({
    title: alias ? 'Change the alias ' + alias.from : 'New alias',
    fields: [
      ...(alias ? [] : [{ name: 'from', label: 'Mail to', type: 'text', required: true, placeholder: 'info@example.com or @example.net' }]),
      { name: 'to', label: 'goes to', type: 'text', required: true, value: alias?.to || '', placeholder: 'alice@example.com or @example.com' },
      reasonField(false),
    ],
    says: (v) => html`<p>New mail to <b>${alias?.from || v.from || '…'}</b> goes to <b>${v.to || '…'}</b>${alias ? html` instead of ${alias.to}` : nothing}. What is held already stays with whom it is held for.</p>`,
    go: alias ? 'Change' : 'Add',
    run: async (v) => {
      const from = alias?.from || v.from.trim();
      const done = await send('PUT', path`/v1/aliases/${from}`, { to: v.to.trim(), reason: v.reason });
      say(done.from + ' goes to ' + done.to + '.' + done.warnings.map((w) => ' Mind: ' + w + '.').join(''), done.warnings.length ? 'bad' : 'good');
      page.refresh();
      return done;
    },
  });
}

const drop = (alias) => ask({
  title: 'Remove the alias ' + alias.from,
  fields: [reasonField(false)],
  says: () => html`<p>New mail to <b>${alias.from}</b> does not go to ${alias.to} any more: it is refused, unless a user, another alias or a catch-all takes it.</p>`,
  go: 'Remove',
  danger: true,
  run: async (v) => {
    const done = await remove(path`/v1/aliases/${alias.from}` + '?' + new URLSearchParams({ reason: v.reason }));
    say('The alias ' + alias.from + ' is removed.');
    page.refresh();
    return done;
  },
});

const acts = (a) => (can() ? html`<span class="buttons-row">${button('Change…', () => guard(() => put(a)), '', 'Change the alias ' + a.from)}
  ${button('Remove…', () => guard(() => drop(a)), 'danger-line', 'Remove the alias ' + a.from)}</span>` : nothing);

const target = (to) => (to.startsWith('@') ? to : userLink(to));

export default {
  title: 'Aliases',
  every: 10_000,
  load: ({ query }) => get('/v1/aliases?' + new URLSearchParams({ limit: LIMIT, ...(query.get('after') ? { after: query.get('after') } : {}) })),
  draw: ({ items, next }, { query }) => html`<div class="head-row"><h1>Aliases</h1>${can() ? button('New alias…', () => guard(() => put(null)), 'primary') : nothing}</div>
    <p class="lead">Whose mail it is: a user of exactly this address, else an alias of it, else an alias of the domain, else the catch-all. A user's page says where a mail to any address goes: search for it.</p>
    ${panel('In the order of the alphabet', items.length ? table('Aliases', [{ head: 'Mail to', main: true }, { head: 'Goes to', wide: true }, { head: 'Act', act: true }],
      items.map((a) => [a.from, target(a.to), acts(a)])) : empty(query.get('after') ? 'No more.' : 'The map has no aliases.'))}
    <p class="pages">${query.get('after') ? link('#/aliases', 'From the start') : nothing} ${next ? link('#/aliases?' + new URLSearchParams({ after: next }), 'Next ' + LIMIT) : nothing}</p>`,
};

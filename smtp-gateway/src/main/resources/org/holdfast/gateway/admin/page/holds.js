// What is on hold that is wider than a user, and what somebody may have forgotten.
import { get } from './api.js';
import { ask, guard } from './dialog.js';
import { flipUser, holdAll, holdDomain, release } from './flip.js';
import { ago, badge, button, empty, html, link, nothing, page, pairLink, panel, table, userLink } from './parts.js';
import { can } from './session.js';

const name = (h) => (h.kind === 'user' ? userLink(h.name) : h.kind === 'pair' ? pairLink(h.name) : h.kind === 'all' ? 'everything' : h.name);

const act = (h) => {
  if (!can()) return nothing;
  return h.kind === 'user'
    ? button('Change…', () => guard(async () => flipUser(await get('/v1/users/' + encodeURIComponent(h.name)))), '', 'Change ' + h.name)
    : button('Release…', () => guard(() => release(h)), '', 'Release ' + h.kind + ' ' + h.name);
};

const list = (caption, items) => table(caption, [
  { head: 'Who', main: true }, { head: 'Kind' }, { head: 'State' }, { head: 'For' }, { head: 'By' }, { head: 'Reason', wide: true }, { head: 'Act', act: true },
], items.map((h) => [name(h), html`${h.kind}${h.pair ? html` of ${pairLink(h.pair)}` : nothing}${h.to ? html` → ${pairLink(h.to)}` : nothing}`, badge(h.state), ago(h.since), h.by, h.reason || html`<span class="soft">none given</span>`, act(h)]));

const domain = () => ask({
  title: 'Put a domain on hold',
  fields: [{ name: 'domain', label: 'Domain', required: true, type: 'text' }],
  go: 'Go on',
  run: async (v) => v.domain.trim().replace(/^@/, ''),
}).then((d) => (d ? holdDomain(d, true) : undefined));

export default {
  title: 'Holds',
  every: 5000,
  async load({ query }) {
    const after = query.get('after');
    const [holds, forgotten] = await Promise.all([get('/v1/holds'), get('/v1/holds/forgotten?limit=50' + (after ? '&after=' + encodeURIComponent(after) : ''))]);
    return { holds: holds.items, forgotten };
  },
  draw: ({ holds, forgotten }, { query }) => html`<h1>Holds</h1>
    ${panel('Forgotten?', html`<p>Users who are being moved or recovering, and holds, that have lasted for longer than <code>map.forgotten-after</code>: a callback that got lost, or a move nobody finished.</p>
      ${forgotten.items.length ? list('Forgotten holds', forgotten.items) : empty('None.')}
      <p class="pages">${query.get('after') ? link('#/holds', 'From the start') : nothing} ${forgotten.next ? link('#/holds?after=' + encodeURIComponent(forgotten.next), 'Next') : nothing}</p>`)}
    ${panel('Everything, domains and pairs on hold', holds.length ? list('Holds', holds) : empty('Nothing wider than a user is on hold.'),
      can() ? html`<span class="buttons-row">${button('Hold a domain…', () => guard(domain))}${holds.some((h) => h.kind === 'all') ? nothing : button('Hold everything…', () => guard(() => holdAll(true)), 'danger-line')}</span>` : nothing)}`,
};

// Who tried to log in while the mailbox was away, and waits: in the order in which they asked.
import { get } from './api.js';
import { number, plural } from './format.js';
import { ago, badge, count, html, nothing, pairLink, panel, table, userLink } from './parts.js';

const SHOWN = 5;

/** Attempts before a restart are not remembered. */
const unknown = html`<span class="soft">–</span>`;

export const loadWaiting = () => get('/v1/restores?limit=' + SHOWN);

/** The box of the overview; nothing while nobody waits. */
export function waiting({ items, total }) {
  if (total === 0) return nothing;
  const oldest = items[0];
  return panel('Waiting for their mailboxes', html`
    <p>${plural(total, 'user')} tried to log in and ${total === 1 ? 'waits' : 'wait'}${oldest ? html`: first ${userLink(oldest.address)}, for ${ago(oldest.since)}` : nothing}. The order counts within a pair.</p>
    ${table('Waiting for their mailboxes', [
      { head: 'Who', main: true }, { head: 'Place', num: true }, { head: 'Pair' }, { head: 'State' }, { head: 'For' }, { head: 'Tries', num: true }, { head: 'Held', num: true }],
    items.map((r) => [userLink(r.address), number(r.position), html`${pairLink(r.pair)}${r.to ? html` → ${pairLink(r.to)}` : nothing}`,
      badge(r.state), ago(r.since), r.attempts === null ? unknown : count(r.attempts), r.held === null ? unknown : count(r.held)]))}
    ${total > items.length ? html`<p class="more">and ${number(total - items.length)} more: <code>holdfast restore list</code></p>` : nothing}`);
}

// One user: where mail to this address goes right now and why, what is held, what happened.
import { get, path } from './api.js';
import { changesOf } from './changes.js';
import { guard } from './dialog.js';
import { flipUser, movePair, setPriority } from './flip.js';
import { bytes, clock, deliveries, difference, sender, walled } from './format.js';
import { ago, at, badge, button, empty, facts, html, link, messageLink, nothing, pairLink, panel, queueLink, table, words } from './parts.js';
import { can } from './session.js';
import { newUser, removeUser } from './userform.js';

const HELD_SHOWN = 20;

const RIGHT_NOW = { delivered: ['good', 'delivered'], held: ['warn', 'held'], refused: ['bad', 'refused'], deferred: ['warn', 'put off'] };

/** What becomes of a mail right now: the user may be active, and mail wait ahead of it. */
function right(u) {
  const [kind, text] = RIGHT_NOW[u.explanation.outcome] || ['soft', u.explanation.outcome];
  return html`<span class="badge ${kind}">${text}</span>`;
}

/** Where a mail to this address goes right now and why: the gateway's own explanation. */
const now = (u) => html`<p class="explain">${walled(u.explanation.sentence)}</p>
  <details><summary>Step by step</summary><ol>${u.explanation.steps.map((step) => html`<li>${walled(step.found)}</li>`)}</ol></details>`;

const acts = (u) => (can() ? html`<span class="buttons-row">
  ${u.state === 'active' ? nothing : button('Set active…', () => guard(() => flipUser(u, 'active')), 'primary')}
  ${button('Change state…', () => guard(() => flipUser(u)), u.state === 'active' ? 'primary' : '')}
  ${u.held ? button('Go first…', () => guard(() => setPriority(u.address, u.priority))) : nothing}
  ${button('Other pair…', () => guard(() => movePair(u)))}
  ${button('Remove…', () => guard(() => removeUser(u.address)), 'danger-line')}</span>` : nothing);

export const heldList = (caption, items) => table(caption, [
  { head: 'Message', main: true }, { head: 'From' }, { head: 'State' }, { head: 'Size', num: true }, { head: 'Accepted' }, { head: 'Tries', num: true }, { head: 'Last words', wide: true },
], items.map((d) => [messageLink(d.id), sender(d.sender), badge(d.state), bytes(d.size), at(d.accepted), d.attempts,
  html`${d.state === 'held' ? nothing : words(d.lastReply, d.state)}${d.nextAttempt ? html` <span class="soft">again ${clock(d.nextAttempt)}</span>` : nothing}`]));

export default {
  title: 'User',
  async load(route) {
    const address = route.rest[0];
    const [u, held, events] = await Promise.all([
      get(path`/v1/users/${address}` + '?explain'),
      get(`/v1/queue/messages?limit=${HELD_SHOWN}&recipient=` + encodeURIComponent(address)),
      changesOf(address),
    ]);
    return { u, held, events };
  },
  draw({ u, held, events }, route) {
    const address = route.rest[0];
    const crumbs = html`<nav class="crumbs" aria-label="Where"><a href="#/users">Users</a> / ${address}</nav><h1>${address}</h1>`;
    const rest = html`
      ${panel('Held mail', held.items.length ? html`${heldList('Held for ' + address, held.items)}
        ${held.next ? html`<p class="more">${queueLink({ recipient: address }, 'All of it')}</p>` : nothing}` : empty('Nothing is held.'))}
      ${panel('History', events.length ? table('Changes of ' + address, [
        { head: 'When', main: true }, { head: 'Who' }, { head: 'What' }, { head: 'Why', wide: true }, { head: 'Change', wide: true }],
      events.map((e) => [at(e.at), html`${e.who}${e.from ? html` <span class="soft">${e.from}</span>` : nothing}`, e.what, e.why, difference(e.before, e.after, e.what)])) : empty('No change is remembered.'))}`;
    if (!u.state) return html`${crumbs}${panel('Right now', now(u), can() && address.includes('@') ? button('Create this user…', () => guard(() => newUser(address))) : nothing)}${rest}`;
    return html`${crumbs}
      ${panel('Right now', html`${now(u)}${facts([
        ['State', badge(u.state)], ['New mail is', right(u)],
        ['Pair', html`${pairLink(u.pair)}${u.member ? ', active member ' + u.member : nothing}`],
        u.to ? ['Being moved to', pairLink(u.to)] : null,
        ['For', html`${ago(u.since)} <span class="soft">since ${clock(u.since)}</span>`], ['By', u.by], ['Reason', u.reason || html`<span class="soft">none given</span>`],
        ['Held', html`${u.heldExact ? nothing : 'at least '}${deliveries(u.held)}${u.oldest ? html`, the oldest for ${ago(u.oldest)}` : nothing}`],
        ['Priority', u.priority === 0 ? 'normal' : u.priority], ['Epoch', u.epoch],
      ])}`, acts(u))}
      ${rest}`;
  },
};

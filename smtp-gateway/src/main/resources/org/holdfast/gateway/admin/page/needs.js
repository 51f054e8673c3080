// What needs a person: one list, each with what to do and where.
import { get } from './api.js';
import { badge, ago, empty, html, link, nothing, panel, queueLink } from './parts.js';

/** Where one goes to deal with it. */
function place(item) {
  switch (item.kind) {
    case 'parked': return queueLink({ state: 'parked', pair: item.target }, 'Show them');
    case 'unknown-pair': return queueLink({ pair: item.target }, 'Show the mail');
    case 'backend': case 'mass-refusal': return link('#/pairs/' + encodeURIComponent(item.target), 'Open the pair');
    case 'forgotten-hold': return link('#/holds', 'Open the holds');
    case 'forgotten-users': return link('#/holds', 'Show who');
    case 'store': case 'disk': return link('#/queue', 'See what is held');
    default: return nothing;
  }
}

export const needs = (items, brief = false) => html`<ul class="needs">${items.map((item) => html`
  <li class="need ${item.urgency}">
    <div class="need-what"><span>${badge(item.urgency)}</span><strong>${item.what}</strong>
      ${item.target && item.target !== '*' && !item.what.includes(item.target) ? html`<span class="soft">${item.target}</span>` : nothing}
      ${item.since ? html`<span class="soft">for ${ago(item.since)}</span>` : nothing}<span class="need-go">${place(item)}</span></div>
    <p>${item.detail}</p>
    ${brief ? nothing : html`<p class="todo"><b>What to do:</b> ${item.todo}</p>`}
  </li>`)}</ul>`;

export default {
  title: 'Needs a person',
  load: () => get('/v1/attention'),
  draw: ({ items }) => html`<h1>Needs a person</h1>
    ${panel('Waiting for you', items.length ? needs(items) : empty('Nothing. What is held waits for its user, its pair or its backend, and goes on by itself.'))}`,
};

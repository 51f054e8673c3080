// What every view is made of. lit-html sets everything in ${} as text, never as markup.
import { html, nothing, render } from './lib/lit-html.js';
import { age, clock, number, walled } from './format.js';

export { html, nothing, render };

/** Set by app.js: draw again what is known; ask again now; go to a route. */
export const page = { redraw() {}, refresh() {}, go(hash) { location.hash = hash; } };

const KINDS = {
  active: 'good', up: 'good', closed: 'bad', down: 'bad', unknown: 'soft', hold: 'warn', moving: 'warn',
  recovering: 'warn', held: 'warn', ready: 'info', deferred: 'warn', parked: 'bad', releasing: 'info',
  ended: 'good', silent: 'bad', stalled: 'bad', probing: 'warn', now: 'bad', soon: 'warn', delivered: 'good',
};

/** Words for people instead of words of the API, where these differ. */
const WORDS = { hold: 'on hold', held: 'on hold', moving: 'being moved', unknown: 'not used yet' };

export const word = (state) => WORDS[state] || state;

export const badge = (state, text = word(state)) => html`<span class="badge ${KINDS[state] || 'soft'}">${text}</span>`;

export const ago = (time) =>
  time ? html`<time datetime=${time} title=${new Date(time).toLocaleString('en-GB')}>${age(time)}</time>` : html`<span class="soft">–</span>`;

export const at = (time) => (time ? html`<time datetime=${time} title=${time}>${clock(time)}</time>` : html`<span class="soft">–</span>`);

export const count = (n, kind = '') => html`<span class=${n ? kind : 'soft zero'}>${number(n)}</span>`;

export const panel = (title, body, extra = nothing) => html`
  <section class="panel" aria-label=${title}>
    <header class="panel-head"><h2>${title}</h2><div class="panel-extra">${extra}</div></header>
    ${body}
  </section>`;

export const empty = (text) => html`<p class="empty">${text}</p>`;

export const stat = (label, value, note = nothing, kind = '') => html`
  <div class="stat ${kind}"><dt>${label}</dt><dd class="value">${value}</dd><dd class="aside">${note}</dd></div>`;

/**
 * A table that becomes cards on a phone.
 * columns: [{head, num, main}], rows: [[cell, ...]]; a cell is text or a template.
 */
export const table = (caption, columns, rows) => html`
  <div class="scroll" tabindex="-1"><table>
    <caption class="unseen">${caption}</caption>
    <thead><tr>${columns.map((c) => html`<th scope="col" class=${c.num ? 'num' : ''}>${c.head}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr>${row.map((cell, i) => {
      const c = columns[i];
      const kind = [c.num ? 'num' : '', c.wide ? 'wide' : '', c.act ? 'act' : ''].join(' ');
      return c.main
        ? html`<th scope="row" data-label=${c.head}>${cell}</th>`
        : html`<td class=${kind} data-label=${c.head}><span>${cell}</span></td>`;
    })}</tr>`)}</tbody>
  </table></div>`;

export const facts = (pairs) => html`<dl class="facts">${pairs.filter(Boolean).map(([name, value]) =>
  html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;

export const button = (text, act, kind = '', label = nothing) =>
  html`<button type="button" class=${kind} aria-label=${label} @click=${act}>${text}</button>`;

export const link = (href, text) => html`<a href=${href}>${text}</a>`;

export const userLink = (address) => link('#/users/' + encodeURIComponent(address), address);

export const pairLink = (name) => link('#/pairs/' + encodeURIComponent(name), name);

export const messageLink = (id) => link('#/messages/' + encodeURIComponent(id), id);

/**
 * What was said of a delivery last: a backend's words as they are, the gateway's own as text. Why it
 * was held says nothing any more once it may go.
 */
export const words = (reply, state) => (!reply || (state !== 'held' && state !== 'parked' && !/^[245]\d\d/.test(reply)) ? nothing : /^[245]\d\d/.test(reply) ? html`<q>${reply}</q>` : html`<span class="soft clamp" title=${reply}>${walled(reply)}</span>`);

/** A link to the queue with this filter. */
export function queueLink(filter, text) {
  return link('#/queue?' + new URLSearchParams(filter), text);
}

export const bar = (parts, label) => {
  const total = parts.reduce((sum, p) => sum + p.value, 0);
  return html`<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label=${label}>${bars(parts, total)}</svg>`;
};

// SVG children need SVG templates: made by hand, they are a handful.
function bars(parts, total) {
  let x = 0;
  return parts.filter((p) => p.value > 0).map((p) => {
    const rect = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
    const width = (100 * p.value) / total;
    rect.setAttribute('x', x);
    rect.setAttribute('width', Math.max(width, 0.6));
    rect.setAttribute('height', 4);
    rect.setAttribute('class', 'fill-' + p.kind);
    x += width;
    return rect;
  });
}

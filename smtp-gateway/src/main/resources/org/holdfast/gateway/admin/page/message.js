// One held message: headers, attempts and the backend's words, and what can be done with it. Header
// and body are shown as text, whatever they contain, and never more than their beginning.
import { beginning, download, get, path } from './api.js';
import { guard } from './dialog.js';
import { VERBS, actOn } from './filter.js';
import { bytes, clock, sender } from './format.js';
import { ago, at, badge, button, empty, facts, html, link, nothing, pairLink, panel, table, userLink } from './parts.js';
import { can } from './session.js';

const MOST_OCTETS = 64 * 1024;
const MOST_HEADERS = 200;

/** The last one looked at: content never changes. */
let content = { id: null };

async function contentOf(id) {
  if (content.id !== id) {
    const read = await beginning(path`/v1/queue/messages/${id}/raw`, MOST_OCTETS);
    content = { id, ...split(read.text), cut: read.cut };
  }
  return content;
}

function split(text) {
  const end = text.search(/\r?\n\r?\n/);
  const head = end < 0 ? text : text.slice(0, end);
  const body = end < 0 ? '' : text.slice(end).replace(/^\r?\n\r?\n/, '');
  const headers = head.split(/\r?\n(?![ \t])/).slice(0, MOST_HEADERS).map((line) => {
    const colon = line.indexOf(':');
    return colon < 0 ? ['', line] : [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return { headers, body };
}

const header = (c, name) => c.headers.find(([n]) => n.toLowerCase() === name)?.[1] || '';

/** Which attempts a line tells of: those at a member that is down are told together. */
const attempts = (h) => (h.number ? (h.repeats ? h.number - h.repeats + '\u2013' + h.number : h.number) : nothing);

const verbs = (id, recipient) => (can() ? html`<span class="buttons-row">${Object.entries(VERBS).map(([verb, v]) =>
  button(v.label, () => guard(() => actOn(verb, id, recipient)), v.danger ? 'danger-line' : verb === 'retry' ? 'primary' : '', v.label + (recipient ? ' for ' + recipient : ' for all recipients')))}</span>` : nothing);

export default {
  title: 'Message',
  async load(route) {
    const id = route.rest[0];
    const m = await get(path`/v1/queue/messages/${id}`).catch((e) => { if (e.status === 404) return null; throw e; });
    return { m, content: m ? await contentOf(id) : null };
  },
  draw({ m, content: c }, route) {
    const id = route.rest[0];
    const crumbs = html`<nav class="crumbs" aria-label="Where"><a href="#/queue">Queue</a> / ${id}</nav>`;
    if (!m) {
      return html`${crumbs}<h1>${id}</h1>${empty('No such message is held: it was delivered, returned or discarded, or it never was. The log knows: grep for the id.')}`;
    }
    return html`${crumbs}<h1 class="subject">${header(c, 'subject') || '(no subject)'}</h1>
      ${panel('Message', facts([['Queue id', html`<code>${id}</code>`], ['Sender', sender(m.sender)], ['Accepted', html`${at(m.accepted)} <span class="soft">(${ago(m.accepted)})</span>`],
        ['From client', m.client], ['Size', bytes(m.size)], ['Recipients left', m.deliveries.length]]),
      html`<span class="buttons-row">${button('Save raw', () => guard(() => download(path`/v1/queue/messages/${id}/raw`, id + '.eml')))}
        ${m.deliveries.length > 1 && can() ? html`<span class="soft">all:</span>${verbs(id)}` : nothing}</span>`)}
      ${panel('Deliveries', html`${m.deliveries.map((d) => html`<article class="delivery" aria-label=${'Delivery to ' + d.recipient}>
        <div class="delivery-head"><b>${userLink(d.recipient)}</b> ${badge(d.state)} <span class="soft">${pairLink(d.pair)}${d.original !== d.recipient ? ', written as ' + d.original : nothing}</span></div>
        <p>${d.lastReply ? html`Last words: <q class="reply">${d.lastReply}</q>` : html`<span class="soft">${d.attempts ? nothing : 'Not tried yet.'}</span>`}
          <span class="soft">${d.attempts} ${d.attempts === 1 ? 'try' : 'tries'}${d.nextAttempt ? ', again at ' + clock(d.nextAttempt) : nothing}</span></p>
        ${verbs(id, d.recipient)}</article>`)}`)}
      ${panel('What happened', m.history.length ? table('Attempts and acts', [{ head: 'When', main: true }, { head: 'Attempt' }, { head: 'Recipient' }, { head: 'Asked' }, { head: 'What' }, { head: 'By' }, { head: 'Words', wide: true }],
        m.history.map((h) => [at(h.at), attempts(h), h.recipient || html`<span class="soft">(gone)</span>`, h.pair ? h.pair + '/' + h.member : nothing, h.what, h.by || nothing, h.reply ? html`<q>${h.reply}</q>` : nothing])) : empty('Nothing yet.'))}
      ${panel('Header', html`<dl class="headers">${c.headers.map(([n, v]) => html`<div><dt>${n}</dt><dd>${v}</dd></div>`)}</dl>`)}
      ${panel('Body', html`<pre class="raw" tabindex="0" aria-label="Body as it is">${c.body}</pre>${c.cut ? html`<p class="more">Only the first ${bytes(MOST_OCTETS)}. Save the raw message for the rest.</p>` : nothing}`)}`;
  },
};

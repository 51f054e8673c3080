// The shell: routes, the loop that asks the gateway, keys, theme.
import aliases from './aliases.js';
import { fail } from './dialog.js';
import events from './events.js';
import { clock, plural } from './format.js';
import { help, PLACES } from './help.js';
import holds from './holds.js';
import map from './map.js';
import needs from './needs.js';
import overview from './overview.js';
import pairs from './pairs.js';
import { html, nothing, page, render } from './parts.js';
import { messageAt, queueAt } from './queue.js';
import releases from './releases.js';
import { get } from './api.js';
import { session, signIn, signOut, whoHas } from './session.js';
import { usersAt } from './users.js';

const EVERY = 3000;
const VIEWS = {
  overview: () => overview, needs: () => needs, pairs: () => pairs, users: usersAt, queue: queueAt, messages: messageAt,
  releases: () => releases, holds: () => holds, events: () => events, aliases: () => aliases, map: () => map,
};

let route = null;
let view = null;
let data = null;
let trouble = '';
let fresh = null;
let attention = null;
let timer = 0;
let turn = 0;
let menu = false;

/** Of the gateway's life: when it began, and what the page should say about a change of it. */
let started = null;
let news = null;

function routeOf(hash) {
  const [where, query] = hash.replace(/^#\/?/, '').split('?');
  const [name, ...rest] = where.split('/').filter(Boolean);
  let words = rest;
  try {
    words = rest.map(decodeURIComponent);
  } catch {
    // as they are
  }
  return { name: name in VIEWS ? name : 'overview', rest: words, query: new URLSearchParams(query || ''), hash };
}

function open() {
  const before = route;
  route = routeOf(location.hash);
  const next = VIEWS[route.name](route);
  if (view && view !== next) view.leave?.();
  view = next;
  data = null;
  menu = false;
  title();
  draw();
  ask();
  if (before) {
    window.scrollTo(0, 0);
    document.getElementById('main')?.focus({ preventScroll: true });
  }
}

/** Asks for the view's data, draws it, and again after a while: never twice at a time. */
async function ask() {
  clearTimeout(timer);
  const mine = ++turn;
  try {
    const told = await view.load(route);
    if (mine !== turn) return;
    data = told;
    trouble = '';
    fresh = new Date();
    await count(told);
  } catch (e) {
    if (mine !== turn) return;
    trouble = e.message;
  }
  draw();
  if (mine === turn && !document.hidden) timer = setTimeout(ask, trouble ? EVERY : view.every || EVERY);
}

/** How many things need a person: from what is there, or asked for beside. */
const title = () => { document.title = (attention ? '(' + attention + ') ' : '') + view.title + ' · Holdfast'; };

async function count(told) {
  const overview = told.overview || (told.started && told.attention ? told : await get('/v1/overview'));
  if (started && overview.started !== started) await restarted(overview.started);
  started = overview.started;
  const counts = overview.attention;
  const now = counts.now + counts.soon;
  if (attention !== null && now > attention) document.getElementById('told').textContent = plural(now, 'thing needs', 'things need') + ' a person.';
  attention = now;
  title();
}

/** The gateway lives anew: say so, and whether this page is still the one that belongs to it. */
async function restarted(at) {
  const before = session.who?.version;
  session.who = (await whoHas(session.token).catch(() => null)) || session.who;
  news = { at, other: before !== undefined && before !== session.who.version ? session.who.version : null };
}

const told = () => (news ? html`<p class="banner news" role="status"><span>The gateway was restarted at ${clock(news.at)}. What was held is held; this page goes on.
  ${news.other ? html`It is of version ${news.other} now: <button type="button" @click=${() => location.reload()}>Load the page anew</button>` : nothing}</span>
  <button type="button" class="plain" aria-label="Dismiss" @click=${() => { news = null; draw(); }}>✕</button></p>` : nothing);

const nav = () => html`<nav id="nav" class=${menu ? 'open' : ''} aria-label="Views"><ul>${PLACES.map(([key, hash, name]) => {
  const here = '#/' + route.name === hash || (route.name === 'messages' && hash === '#/queue');
  return html`<li><a href=${hash} aria-current=${here ? 'page' : nothing} aria-keyshortcuts=${'g ' + key}>${name}${hash === '#/needs' && attention
    ? html` <span class="bubble" aria-label=${attention + ' things'}>${attention}</span>` : nothing}</a></li>`;
})}</ul></nav>`;

function draw() {
  const who = session.who;
  render(html`
    <header class="top">
      <a class="brand" href="#/overview"><span class="mark" aria-hidden="true"></span>Holdfast<span class="node">${who ? who.node : nothing}</span></a>
      ${attention ? html`<a class="bubble top-bubble" href="#/needs" aria-label=${attention + ' things need a person'}>${attention}</a>` : nothing}
      <span class="fresh ${trouble ? 'bad-text' : 'soft'}" aria-hidden="true">${trouble ? 'not current' : fresh ? clock(fresh.toISOString()) : ''}</span>
      <button type="button" class="plain menu" aria-expanded=${menu} aria-controls="nav" @click=${() => { menu = !menu; draw(); }}>Menu</button>
      <div class="tools">
        <button type="button" class="plain" @click=${theme} aria-label="Theme: ${themeNow()}. Change" title="Theme: ${themeNow()}">${{ light: '☀', dark: '☾', system: '◐' }[themeNow()]}</button>
        <button type="button" class="plain" @click=${help} aria-label="Keyboard" title="Keyboard">?</button>
        ${who ? html`<span class="who" title=${who.role + ', version ' + who.version}>${who.name}${who.role === 'viewer' ? ' (viewer)' : nothing}</span>
          <button type="button" @click=${signOut}>Sign out</button>` : nothing}
      </div>
    </header>
    ${nav()}
    <main id="main" tabindex="-1">
      ${trouble ? html`<p class="trouble banner" role="alert">${trouble} ${fresh && data ? 'What you see is of ' + clock(fresh.toISOString()) + '. ' : nothing}It is asked again by itself.</p>` : nothing}
      ${told()}
      ${data ? view.draw(data, route) : html`<h1>${view.title}</h1><p class="soft">Asking…</p>`}
    </main>`, document.getElementById('app'));
}

// ---- theme

const themeNow = () => localStorage.getItem('holdfast.theme') || 'system';

function theme() {
  const next = { system: 'light', light: 'dark', dark: 'system' }[themeNow()];
  localStorage.setItem('holdfast.theme', next);
  wear();
  draw();
}

function wear() {
  document.documentElement.dataset.theme = themeNow();
  window.dispatchEvent(new Event('theme'));
}

// ---- keys

let going = false;

function typed(event) {
  const busy = event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]') || event.target.closest('input, textarea, select');
  if (busy) return;
  if (going) {
    going = false;
    const place = PLACES.find(([key]) => key === event.key);
    if (place) page.go(place[1]);
    return;
  }
  const does = { g: () => { going = true; setTimeout(() => { going = false; }, 1500); }, '?': help, t: theme, '.': ask, j: () => step(1), k: () => step(-1), '/': search }[event.key];
  if (does) {
    event.preventDefault();
    does();
  }
}

function search() {
  const field = document.querySelector('main [data-search]');
  if (field) return field.focus();
  page.go('#/users');
  const seen = new MutationObserver(() => {
    const there = document.querySelector('main [data-search]');
    if (there) {
      seen.disconnect();
      there.focus();
    }
  });
  seen.observe(document.getElementById('app'), { childList: true, subtree: true });
}

/** To the content, and the address stays that of the view. */
function skip(event) {
  event.preventDefault();
  document.getElementById('main').focus();
}

/** The first link or button of the next row. */
function step(by) {
  const rows = [...document.querySelectorAll('main tbody tr, main .need, main .delivery')].map((row) => row.querySelector('a, button')).filter(Boolean);
  const now = rows.findIndex((r) => r.closest('tr, .need, .delivery').contains(document.activeElement));
  rows[Math.min(Math.max(now + by, 0), rows.length - 1)]?.focus();
}

// ---- begin

page.redraw = draw;
page.refresh = ask;

async function begin() {
  document.getElementById('app').replaceChildren();
  wear();
  if (session.token) session.who = await whoHas(session.token).catch(() => null);
  if (!session.who) await signIn();
  window.addEventListener('hashchange', open);
  document.querySelector('.skip').addEventListener('click', skip);
  document.addEventListener('keydown', typed);
  document.addEventListener('visibilitychange', () => (document.hidden ? clearTimeout(timer) : ask()));
  document.addEventListener('securitypolicyviolation', (e) => console.error('blocked: ' + e.violatedDirective + ' ' + e.blockedURI));
  open();
}

begin().catch(fail);

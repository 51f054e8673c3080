'use strict';

// The token lives in this tab only; everything shown is set as text, never as markup.
const REFRESH_MILLIS = 3000;
const USERS_SHOWN = 50;
const EVENTS_SHOWN = 15;
const STATES = ['active', 'moving', 'recovering', 'closed'];
const $ = (id) => document.getElementById(id);
let token = sessionStorage.getItem('holdfast.token') || '';

async function call(path, method = 'GET', body = undefined) {
  const answer = await fetch(path, {
    method,
    headers: { Authorization: 'Bearer ' + token, 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const json = await answer.json();
  if (answer.status === 401) leave();
  if (!answer.ok) throw new Error(json.detail || 'status ' + answer.status);
  return json;
}

function say(text) {
  $('message').textContent = text;
  $('message').hidden = text === '';
}

function cell(row, text, kind) {
  const td = row.insertCell();
  td.textContent = text === null || text === undefined ? '' : String(text);
  if (kind) td.className = kind;
  return td;
}

function button(text, act) {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = text;
  made.addEventListener('click', () => guard(act));
  return made;
}

async function guard(act) {
  try {
    say('');
    await act();
  } catch (e) {
    say(e.message);
  }
}

const number = (n) => Number(n).toLocaleString('en');

function bytes(n) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (n >= 1024 && unit < units.length - 1) { n /= 1024; unit++; }
  return (unit === 0 ? n : n.toFixed(1)) + ' ' + units[unit];
}

function age(time) {
  if (!time) return '–';
  const s = Math.max(0, Math.round((Date.now() - Date.parse(time)) / 1000));
  if (s < 120) return s + ' s';
  if (s < 7200) return Math.round(s / 60) + ' min';
  return s < 172800 ? Math.round(s / 3600) + ' h' : Math.round(s / 86400) + ' d';
}

const stateKind = (word) => (word === 'active' || word === 'up' ? 'good' : word === 'down' || word === 'closed' ? 'bad' : 'warn');

function tile(name, value, kind) {
  const box = document.createElement('div');
  const dt = document.createElement('dt');
  const dd = document.createElement('dd');
  dt.textContent = name;
  dd.textContent = value;
  if (kind) dd.className = kind;
  box.append(dt, dd);
  return box;
}

function showTotals(q) {
  $('totals').replaceChildren(
    tile('held in all', number(q.held)),
    tile('on hold', number(q.byState.held)),
    tile('ready', number(q.byState.ready)),
    tile('deferred', number(q.byState.deferred), q.byState.deferred > 0 ? 'warn' : ''),
    tile('parked', number(q.byState.parked), q.byState.parked > 0 ? 'warn' : ''),
    tile('oldest', age(q.oldest)),
    tile('size', bytes(q.bytes)),
    tile('disk left', bytes(q.disk.free), q.trouble ? 'bad' : ''));
  if (q.trouble) say('New mail is refused: ' + q.trouble);
}

function showPairs(pairs) {
  const rows = pairs.map((pair) => {
    const row = document.createElement('tr');
    cell(row, pair.name);
    cell(row, pair.state, stateKind(pair.state)).title = pair.reason;
    cell(row, pair.active);
    cell(row, pair.health, stateKind(pair.health));
    cell(row, number(pair.byState.held), 'n');
    cell(row, number(pair.byState.ready), 'n');
    cell(row, number(pair.byState.deferred), 'n');
    cell(row, number(pair.byState.parked), 'n');
    cell(row, number(pair.inFlight), 'n');
    cell(row, pair.ratePerSecond.toFixed(1), 'n');
    cell(row, age(pair.oldest));
    const other = pair.state === 'hold' ? 'active' : 'hold';
    cell(row, '').append(button(other === 'hold' ? 'Hold' : 'Release', () => flipPair(pair.name, other)));
    return row;
  });
  $('pairs').replaceChildren(...rows);
}

async function flipPair(name, state) {
  const reason = state === 'hold' ? prompt('Why is ' + name + ' put on hold?') : '';
  if (reason === null) return;
  const flip = await call('/v1/pairs/' + encodeURIComponent(name) + '/state', 'PUT', { state, reason, wait: '10s' });
  if (!flip.quiesced) say(name + ': ' + flip.open.length + ' deliveries are still open');
  await refresh();
}

async function search() {
  const prefix = $('address').value.trim().toLowerCase();
  const exact = prefix.includes('@') ? await userOrNone(prefix) : [];
  const page = await call('/v1/users?limit=' + USERS_SHOWN + (prefix ? '&after=' + encodeURIComponent(prefix) : ''));
  const more = page.items.filter((user) => user.address.startsWith(prefix));
  showUsers(exact.concat(more.filter((user) => !exact.length || user.address !== exact[0].address)));
}

async function userOrNone(address) {
  try {
    return [await call('/v1/users/' + encodeURIComponent(address))];
  } catch {
    return [];
  }
}

function showUsers(users) {
  const rows = users.map((user) => {
    const row = document.createElement('tr');
    cell(row, user.address);
    cell(row, user.pair);
    cell(row, user.state, stateKind(user.state));
    cell(row, user.effective === 'active' ? 'delivered' : user.effective === 'hold' ? 'held' : 'refused', stateKind(user.effective)).title = user.explain;
    cell(row, age(user.since), 'soft');
    cell(row, user.reason, 'soft');
    const td = cell(row, '');
    STATES.filter((state) => state !== user.state).forEach((state) => td.append(button(state, () => flipUser(user.address, state)), ' '));
    return row;
  });
  if (!rows.length) {
    const row = document.createElement('tr');
    cell(row, 'no user found', 'soft').colSpan = 7;
    rows.push(row);
  }
  $('users').replaceChildren(...rows);
}

async function flipUser(address, state) {
  const flip = await call('/v1/users/' + encodeURIComponent(address) + '/state', 'PUT', { state, reason: 'operators page', wait: '10s' });
  if (!flip.quiesced) say(address + ': ' + flip.open.length + ' deliveries are still open');
  await search();
  await refresh();
}

function showEvents(events) {
  const rows = events.reverse().map((event) => {
    const row = document.createElement('tr');
    cell(row, new Date(event.at).toLocaleTimeString(), 'soft');
    [event.who, event.what, event.target, event.why].forEach((text) => cell(row, text));
    return row;
  });
  $('events').replaceChildren(...rows);
}

async function refresh() {
  const [queue, pairs, events] = await Promise.all([
    call('/v1/queue'), call('/v1/pairs'), call('/v1/events?limit=' + EVENTS_SHOWN)]);
  showTotals(queue);
  showPairs(pairs.items);
  showEvents(events.items);
}

async function ready() {
  const answer = await fetch('/readyz');
  $('ready').textContent = answer.ok ? 'ready' : 'not ready';
  $('ready').className = 'badge ' + (answer.ok ? 'good' : 'bad');
}

async function tick() {
  try {
    await ready();
    if (token) await refresh();
  } catch (e) {
    say(e.message);
  }
  setTimeout(tick, REFRESH_MILLIS);
}

async function enter() {
  await refresh();
  sessionStorage.setItem('holdfast.token', token);
  $('door').hidden = true;
  $('inside').hidden = false;
  $('leave').hidden = false;
  await search();
}

function leave() {
  token = '';
  sessionStorage.removeItem('holdfast.token');
  $('door').hidden = false;
  $('inside').hidden = true;
  $('leave').hidden = true;
}

$('enter').addEventListener('submit', (event) => {
  event.preventDefault();
  token = $('token').value.trim();
  $('token').value = '';
  guard(enter);
});
$('search').addEventListener('submit', (event) => {
  event.preventDefault();
  guard(search);
});
$('leave').addEventListener('click', leave);
if (token) guard(enter);
tick();

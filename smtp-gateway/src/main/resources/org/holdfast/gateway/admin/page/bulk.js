// Many users at once: a file or a pasted list, a preview, then a result for each line as it comes.
import { save, stream } from './api.js';
import { guard, say } from './dialog.js';
import { number, plural } from './format.js';
import { pairNames } from './flip.js';
import { badge, button, empty, html, nothing, page, panel, table, userLink } from './parts.js';
import { can } from './session.js';

const SHOWN = 20;
const TROUBLES_SHOWN = 200;
const STATES = ['active', 'moving', 'recovering', 'closed'];

const fresh = () => ({ text: '', name: '', state: 'moving', pair: '', reason: '', parsed: null, looked: null, run: null });
let form = fresh();

/** Lines "address", "address,state", "address,pair,state" after a header, or JSON objects. */
export function parse(text) {
  const good = [];
  const bad = [];
  let header = null;
  text.split(/\r?\n/).forEach((raw, i) => {
    const line = raw.trim();
    if (!line || line.startsWith('#')) return;
    try {
      const change = line.startsWith('{') ? JSON.parse(line) : fromCsv(line);
      if (change) good.push(change);
    } catch (e) {
      bad.push({ line: i + 1, text: line.slice(0, 100), why: e.message });
    }
  });
  return { good, bad };

  function fromCsv(line) {
    const cells = line.split(',').map((c) => c.trim().replace(/^"(.*)"$/, '$1'));
    if (!header && cells[0].toLowerCase() === 'address') {
      header = cells.map((c) => c.toLowerCase());
      return null;
    }
    const names = header || ['address', 'state', 'pair', 'reason'];
    const change = Object.fromEntries(names.map((n, i) => [n, cells[i]]).filter(([n, v]) => v && ['address', 'state', 'pair', 'to', 'reason', 'priority'].includes(n)));
    if (change.priority) change.priority = Number(change.priority);
    if (!change.address?.includes('@')) throw new Error('no address');
    if (change.state && !STATES.includes(change.state)) throw new Error('"' + change.state + '" is no state');
    return change;
  }
}

/** A line with what the form says where the line says nothing. */
const whole = (change) => ({ state: form.state, ...(form.pair ? { pair: form.pair } : {}), ...(form.reason ? { reason: form.reason } : {}), ...change });

/** What was looked at is not what would be done any more. */
function changed() {
  form.looked = null;
  page.redraw();
}

function preview() {
  form.parsed = form.text.trim() ? parse(form.text) : null;
  changed();
}

const set = (name) => (event) => {
  form[name] = event.target.value;
  if (name === 'text') preview();
  else if (name === 'reason') page.redraw();
  else changed();
};

async function choose(event) {
  const file = event.target.files[0];
  if (!file) return;
  form.name = file.name;
  form.text = await file.text();
  form.run = null;
  preview();
}

const begun = (total) => ({ total, done: 0, changed: 0, open: 0, refused: 0, troubles: [], all: [], state: 'running', abort: new AbortController() });

/** Sends all lines and tallies what comes back; a dry run changes nothing. */
async function go(run, where) {
  const body = new Blob(form.parsed.good.map((change) => JSON.stringify(whole(change)) + '\n'));
  let drawn = 0;
  page.redraw();
  try {
    for await (const result of stream(where, body, run.abort.signal)) {
      tally(run, result);
      if (Date.now() - drawn > 200) {
        drawn = Date.now();
        page.redraw();
      }
    }
    run.state = run.done < run.total ? 'broken off: the gateway ended its answer' : 'done';
  } catch (e) {
    run.state = run.abort.signal.aborted ? 'stopped' : 'broken off: ' + (e instanceof TypeError ? 'the gateway can not be reached' : e.message);
  }
  page.redraw();
}

/** The gateway's own dry run of the list. */
async function look() {
  form.looked = begun(form.parsed.good.length);
  const mine = form.looked;
  await go(mine, '/v1/states?dry-run');
  if (form.looked === mine) say('Looked: ' + plural(mine.changed, 'user') + ' would change, ' + number(mine.refused) + ' refused.', mine.refused ? 'warn' : 'good');
}

async function start() {
  const run = begun(form.parsed.good.length);
  form.run = run;
  await go(run, '/v1/states?wait=30s');
  if (run.state === 'done') {
    say(number(run.done) + ' of ' + number(run.total) + ' lines done: ' + number(run.changed) + ' changed, ' + number(run.refused) + ' refused, ' + number(run.open) + ' not quiesced.', run.refused + run.open ? 'bad' : 'good');
  } else {
    say('The list is ' + run.state + '. To send it again is safe: who stands so already does not change.', 'bad');
  }
}

function tally(run, result) {
  run.done++;
  run.all.push(JSON.stringify(result) + '\n');
  const refused = Boolean(result.error);
  const open = !result.dryRun && !result.quiesced;
  if (refused) run.refused++;
  else if (open) run.open++;
  else if (result.changed) run.changed++;
  if ((refused || open) && run.troubles.length < TROUBLES_SHOWN) {
    run.troubles.push([userLink(result.address || '?'), refused ? badge('closed', 'refused') : badge('moving', 'not quiesced'), result.error || plural(result.openCount || 0, 'delivery', 'deliveries') + ' still open']);
  }
}

const troubles = (run) => (run.troubles.length ? html`${table('Lines that need a look', [{ head: 'Address', main: true }, { head: 'Outcome' }, { head: 'Why', wide: true }], run.troubles)}
  ${run.refused + run.open > run.troubles.length ? html`<p class="more">and ${number(run.refused + run.open - run.troubles.length)} more: save the results</p>` : nothing}` : nothing);

function progress(run) {
  const left = run.total - run.done;
  return panel('Results', html`
    <label for="bulk-progress">${number(run.done)} of ${number(run.total)}: ${run.state}</label>
    <progress id="bulk-progress" max=${run.total} .value=${run.done}></progress>
    <p>${number(run.changed)} changed · ${number(run.done - run.changed - run.open - run.refused)} stood so already · <span class=${run.open ? 'warn-text' : ''}>${number(run.open)} not quiesced</span> ·
      <span class=${run.refused ? 'bad-text' : ''}>${number(run.refused)} refused</span>${left && run.state !== 'running' ? ' · ' + number(left) + ' not reached' : nothing}</p>
    <p class="buttons-row">${run.state === 'running' ? button('Stop after what is begun', () => run.abort.abort()) : nothing}
      ${run.done ? button('Save all results', () => save(new Blob(run.all), 'holdfast-states.ndjson')) : nothing}
      ${run.state !== 'running' && run.state !== 'done' ? button('Send it again', () => guard(start), 'primary') : nothing}
      ${run.state !== 'running' ? button('Another list', () => { form = fresh(); page.redraw(); }) : nothing}</p>
    ${troubles(run)}`);
}

function lookedAt(run) {
  return html`<p role="status"><b>${run.state === 'running' ? 'Looking: ' + number(run.done) + ' of ' + number(run.total) : run.state === 'done' ? 'What would happen' : 'Looking was ' + run.state}</b>:
      ${number(run.changed)} would change · ${number(run.done - run.changed - run.refused)} stand so already · <span class=${run.refused ? 'bad-text' : ''}>${number(run.refused)} would be refused</span></p>
    ${run.state === 'running' ? nothing : troubles(run)}`;
}

function shown(parsed) {
  const counts = {};
  parsed.good.forEach((c) => { const state = c.state || form.state; counts[state] = (counts[state] || 0) + 1; });
  const looked = form.looked;
  const ready = looked && looked.state === 'done';
  return panel('Preview', html`
    <p><b>${plural(parsed.good.length, 'user')}</b>: ${Object.entries(counts).map(([s, n]) => html`${badge(s)} ${number(n)} `)}
      ${parsed.bad.length ? html`<span class="bad-text">${plural(parsed.bad.length, 'line')} can not be read and will be left out</span>` : nothing}</p>
    ${parsed.bad.length ? html`<ul>${parsed.bad.slice(0, SHOWN).map((b) => html`<li>line ${b.line}: ${b.why}: <code>${b.text}</code></li>`)}</ul>` : nothing}
    ${parsed.good.length ? table('The first lines', [{ head: 'Address', main: true }, { head: 'State' }, { head: 'Pair' }, { head: 'Reason', wide: true }],
      parsed.good.slice(0, SHOWN).map(whole).map((c) => [c.address, badge(c.state), c.pair || html`<span class="soft">as it is</span>`, c.reason || ''])) : nothing}
    ${parsed.good.length > SHOWN ? html`<p class="more">and ${number(parsed.good.length - SHOWN)} more</p>` : nothing}
    <p class="says"><strong>What this does</strong>Sets ${plural(parsed.good.length, 'user')}, all shut before anybody waits. Each line is answered when nothing is open to its old place, or after 30 s with “not quiesced”. A bad line does not stop the others.</p>
    ${looked ? lookedAt(looked) : nothing}
    <p class="buttons-row"><button type="button" class=${ready ? '' : 'primary'} ?disabled=${!parsed.good.length || looked?.state === 'running'} @click=${look}>See what would happen</button>
      ${ready ? html`<button type="button" class="danger" ?disabled=${!form.reason.trim()} @click=${start}>Set ${plural(parsed.good.length, 'user')}</button>
        ${form.reason.trim() ? nothing : html`<span class="soft">Give a reason first.</span>`}` : nothing}</p>`);
}

export default {
  title: 'Many users',
  load: async () => ({ pairs: await pairNames() }),
  every: 60_000,
  draw({ pairs }) {
    if (!can()) return html`<h1>Many users at once</h1>${empty('Your token may look, not act.')}`;
    const f = form;
    return html`<nav class="crumbs" aria-label="Where"><a href="#/users">Users</a> / many at once</nav><h1>Many users at once</h1>
      ${f.run ? progress(f.run) : html`${panel('Who', html`<div class="stack">
        <div><label for="bulk-file">A file: an address a line, CSV with a header (address,state,pair,reason), or JSON lines</label><input id="bulk-file" type="file" accept=".csv,.txt,.ndjson,.json,text/*" @click=${(e) => { e.target.value = ''; }} @change=${choose}></div>
        <div><label for="bulk-text">or paste it${f.name ? ' (from ' + f.name + ')' : ''}</label><textarea id="bulk-text" rows="6" spellcheck="false" .value=${f.text.length > 200_000 ? '' : f.text} placeholder=${f.text.length > 200_000 ? f.name + ' is too long to show' : 'alice@example.com\nbob@example.com'} @input=${set('text')}></textarea></div>
        <div class="row">
          <div><label for="bulk-state">State, where a line says none</label><select id="bulk-state" @change=${set('state')}>${STATES.map((s) => html`<option value=${s} ?selected=${s === f.state}>${s === 'moving' ? 'being moved' : s}</option>`)}</select></div>
          <div><label for="bulk-pair">Pair, where a line says none</label><select id="bulk-pair" @change=${set('pair')}><option value="">as it is</option>${pairs.map((p) => html`<option value=${p} ?selected=${p === f.pair}>${p}</option>`)}</select></div>
          <div class="grow"><label for="bulk-reason">Reason</label><input id="bulk-reason" .value=${f.reason} @input=${set('reason')} required></div>
        </div></div>`)}
      ${f.parsed ? shown(f.parsed) : nothing}`}`;
  },
};

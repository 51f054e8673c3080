// The whole map, in from a file and out as one. A file is tried first: what it would change is
// shown before anything is.
import { download, get } from './api.js';
import { guard, say } from './dialog.js';
import { number, plural } from './format.js';
import { button, empty, html, nothing, page, panel, table } from './parts.js';
import { can } from './session.js';
import { loadFile, typeOf } from './mapload.js';

const fresh = () => ({ file: null, reason: '', tried: null, done: null, trouble: '', busy: '', sent: 0 });
let form = fresh();

function choose(event) {
  form = { ...fresh(), file: event.target.files[0] || null, reason: form.reason };
  page.redraw();
}

/** The same file, mended, is a choice too: else the browser says nothing of it. */
function again(event) {
  event.target.value = '';
}

function another() {
  form = fresh();
  document.getElementById('map-file').value = '';
  page.redraw();
}

async function run(dryRun) {
  form.busy = dryRun ? 'Looking…' : 'Loading…';
  form.trouble = '';
  form.sent = 0;
  const mine = form;
  page.redraw();
  try {
    const told = await loadFile(form.file, { dryRun, reason: form.reason, progress(sent) { mine.sent = sent; page.redraw(); } });
    mine.tried = dryRun ? told : null;
    mine.done = dryRun ? null : told;
    if (!dryRun) say('The map is loaded: ' + sum(told) + (told.notQuiesced ? ', ' + told.notQuiesced + ' NOT done, see why below.' : '.'), told.notQuiesced ? 'bad' : 'good');
  } catch (e) {
    mine.trouble = e.name === 'NotReadableError' ? 'The file was changed after it was chosen. Choose it again.' : e.message;
    if (dryRun) mine.tried = null;
  }
  mine.busy = '';
  page.redraw();
  if (mine.done) page.refresh();
  document.getElementById('map-result')?.focus();
}

const KINDS = [['users', 'Users'], ['pairs', 'Pairs'], ['aliases', 'Aliases'], ['domains', 'Domains'], ['holds', 'Holds']];

const sum = (told) => {
  const all = KINDS.map(([k]) => told.kinds[k]);
  const of = (what) => all.reduce((n, k) => n + k[what], 0);
  return number(of('new')) + ' new, ' + number(of('changed')) + ' changed, ' + number(of('unchanged')) + ' as they were';
};

const list = (items, all) => html`<ul>${items.map((i) => html`<li>${i}</li>`)}</ul>${all > items.length ? html`<p class="more">and ${number(all - items.length)} more</p>` : nothing}`;

function outcome(told, title) {
  const kinds = KINDS.filter(([k]) => Object.values(told.kinds[k]).some(Boolean));
  return panel(title, html`<p id="map-result" tabindex="-1"><b>${sum(told)}</b></p>
    ${kinds.length ? table(title, [{ head: 'What', main: true }, { head: 'New', num: true }, { head: 'Changed', num: true }, { head: 'As before', num: true }],
      kinds.map(([k, name]) => [name, number(told.kinds[k].new), number(told.kinds[k].changed), number(told.kinds[k].unchanged)])) : empty('The file names nothing.')}
    ${told.open.length ? html`<h3 class="bad-text">Not quiesced: ${number(told.notQuiesced)}</h3>${table('Not quiesced', [{ head: 'Who', main: true }, { head: 'Written' }, { head: 'Why', wide: true }],
      told.open.map((o) => [o.name, o.applied ? 'yes' : 'no: load again', o.why]))}` : nothing}
    ${told.changes.length ? html`<h3>${told.dryRun ? 'What would change' : 'What changed'}</h3>${list(told.changes, told.changes.length)}` : nothing}
    ${told.warned ? html`<h3 class="warn-text">Worth a look</h3>${list(told.warnings, told.warned)}` : nothing}`);
}

const loading = (f) => panel('Load a file', html`<div class="stack">
  <p>YAML as <code>map dump</code> writes it, or CSV with a first line <code>address,pair</code> and as wanted <code>state, to, reason, priority</code>. What the file does not name stays; no hold is lifted, nobody is removed.</p>
  <div><label for="map-file">File</label><input id="map-file" type="file" accept=".yaml,.yml,.csv,text/csv" ?disabled=${Boolean(f.busy)} @click=${again} @change=${choose}></div>
  <div><label for="map-reason">Reason</label><input id="map-reason" .value=${f.reason} ?disabled=${Boolean(f.busy)} @input=${(e) => { f.reason = e.target.value; page.redraw(); }}></div>
  ${f.file && !typeOf(f.file) ? html`<p class="trouble">By its name ${f.file.name} is neither YAML nor CSV.</p>` : nothing}
  ${f.busy ? html`<div class="progress"><label for="map-progress">${f.busy} ${number(Math.floor((100 * f.sent) / (f.file.size || 1)))} %</label><progress id="map-progress" max=${f.file.size || 1} .value=${f.sent}></progress></div>` : nothing}
  <p class="trouble" role="alert">${f.trouble || nothing}</p>
  <div class="buttons-row">${f.done ? nothing : html`<button type="button" class=${f.tried ? '' : 'primary'} ?disabled=${!f.file || !typeOf(f.file) || Boolean(f.busy)} @click=${() => run(true)}>See what it would do</button>
    ${f.tried ? html`<button type="button" class="danger" ?disabled=${Boolean(f.busy) || !f.reason.trim()} @click=${() => run(false)}>Load ${f.file.name}</button>${f.reason.trim() ? nothing : html`<span class="soft">Give a reason first.</span>`}` : nothing}`}
    ${f.done || f.trouble ? button('Another file', another) : nothing}</div>
</div>`);

const saving = () => panel('Save the map', html`<p>As it stands at one moment: pairs, users with their states, aliases, domains, holds with their reasons. The YAML can be loaded again whole.</p>
  <span class="buttons-row">${[['yaml', 'YAML'], ['csv', 'CSV, users only'], ['ndjson', 'NDJSON']].map(([format, name]) =>
    button(name, () => guard(() => download('/v1/map?format=' + format, 'map-' + new Date().toISOString().slice(0, 16).replace(':', '') + '.' + format)), '', 'Save as ' + name))}</span>`);

export default {
  title: 'Map file',
  every: 60_000,
  load: () => get('/v1/overview'),
  draw: (o) => html`<h1>Map file</h1>
    <p class="lead">The map has ${plural(Object.values(o.users).reduce((a, b) => a + b, 0), 'user')} on ${plural(o.pairs.filter((g) => g.pair).length, 'pair')}.</p>
    ${can() ? loading(form) : nothing}
    ${form.tried ? outcome(form.tried, 'What it would do') : nothing}${form.done ? outcome(form.done, 'What it did') : nothing}
    ${saving()}`,
};

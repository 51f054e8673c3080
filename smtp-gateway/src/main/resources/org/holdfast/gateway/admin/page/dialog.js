// Questions before something is changed, and what came of it. A native modal <dialog> traps the
// focus and gives it back; Escape is no.
import { html, nothing, render } from './parts.js';

const SHOWN_MILLIS = 9000;

/** Tells the outcome: seen, and read out by screen readers. */
export function say(text, kind = 'good') {
  const place = document.getElementById(kind === 'bad' ? 'failed' : 'said');
  const note = document.createElement('p');
  note.className = 'note ' + kind;
  note.dataset.since = performance.now();
  note.textContent = text;
  const close = document.createElement('button');
  close.type = 'button';
  close.className = 'plain';
  close.textContent = '✕';
  close.setAttribute('aria-label', 'Dismiss');
  close.addEventListener('click', () => note.remove());
  note.append(close);
  place.append(note);
  if (kind !== 'bad') setTimeout(() => note.remove(), SHOWN_MILLIS);
}

export const fail = (error) => say(error.message, 'bad');

const AT_LEAST_SHOWN_MILLIS = 1500;

/** What went wrong stays until it is dismissed or left behind: an act may itself lead elsewhere. */
window.addEventListener('hashchange', ({ timeStamp }) => {
  for (const note of document.querySelectorAll('.note.bad')) {
    if (timeStamp - Number(note.dataset.since) > AT_LEAST_SHOWN_MILLIS) note.remove();
  }
});

/** Runs it; says what went wrong. */
export async function guard(act) {
  try {
    return await act();
  } catch (e) {
    fail(e);
    return undefined;
  }
}

let count = 0;

/**
 * Asks, and does it when the answer is yes. The dialog stays open, with what was typed, until
 * `run(values)` has succeeded.
 *
 * title, lead: what it is about; says: values => template of what it will do, drawn anew with each
 * change; fields: [{name, label, type, options, value, required, hint, when}]; go: the button;
 * told: values => promise of a sentence, the gateway's own dry run, asked anew when anything but the
 * reason changes; a link to elsewhere closes the dialog; danger: whether it can not be undone.
 * Resolves to what run gave, or undefined.
 */
export function ask({ title, lead, says, told, fields = [], go, danger = false, run }) {
  const id = 'ask-' + ++count;
  const dialog = document.createElement('dialog');
  dialog.setAttribute('aria-labelledby', id);
  const values = Object.fromEntries(fields.map((f) => [f.name, f.value ?? '']));
  let trouble = '';
  let busy = false;
  let sentence = '';
  let asked = 0;

  return new Promise((resolve) => {
    const draw = () => render(form(), dialog);
    const change = (name) => (event) => {
      values[name] = event.target.type === 'checkbox' ? event.target.checked : event.target.value;
      draw();
      if (name !== 'reason') foretell();
    };
    const end = (result) => {
      dialog.close();
      dialog.remove();
      resolve(result);
    };

    async function foretell() {
      if (!told) return;
      const mine = ++asked;
      const answer = await told(values).catch((e) => e.message);
      if (mine === asked && dialog.isConnected) {
        sentence = answer;
        draw();
      }
    }

    async function submit(event) {
      event.preventDefault();
      if (busy) return;
      busy = true;
      trouble = '';
      draw();
      try {
        end(await run(values));
      } catch (e) {
        busy = false;
        trouble = e.message;
        draw();
      }
    }

    const form = () => html`
      <form @submit=${submit}>
        <h2 id=${id}>${title}</h2>
        ${lead ? html`<p>${lead}</p>` : nothing}
        ${fields.filter((f) => !f.when || f.when(values)).map((f) => field(id, f, values, change(f.name)))}
        ${says ? html`<div class="says" aria-live="polite"><strong>What this does</strong>${says(values)}${sentence ? html`<p class="foretold">Right now: ${sentence}</p>` : nothing}</div>` : nothing}
        <p class="trouble" role="alert">${trouble || nothing}</p>
        <div class="buttons">
          <button type="button" @click=${() => end()}>Cancel</button>
          <button class=${danger ? 'danger' : 'primary'} ?disabled=${busy}>${busy ? 'Working…' : typeof go === 'function' ? go(values) : go}</button>
        </div>
      </form>`;

    dialog.addEventListener('click', (event) => {
      if (event.target.closest('a') && !busy) end();
    });
    dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      if (!busy) end();
    });
    document.body.append(dialog);
    draw();
    dialog.showModal();
    foretell();
    (dialog.querySelector('input:not([type=radio]):not([type=checkbox]), textarea') || dialog.querySelector('button')).focus();
  });
}

const options = (f, values) => (typeof f.options === 'function' ? f.options(values) : f.options);

function field(id, f, values, change) {
  const name = id + '-' + f.name;
  if (f.type === 'radio') {
    return html`<fieldset><legend>${f.label}</legend><div class="radios">${f.options.map((o) => html`
      <label class="radio"><input type="radio" name=${name} value=${o.value} .checked=${values[f.name] === o.value} @change=${change}>
        <span>${o.label}</span></label>`)}</div></fieldset>`;
  }
  const described = f.hint ? name + '-hint' : nothing;
  const hint = f.hint ? html`<small id=${name + '-hint'}>${f.hint}</small>` : nothing;
  if (f.type === 'checkbox') {
    return html`<label class="check"><input type="checkbox" .checked=${Boolean(values[f.name])} aria-describedby=${described} @change=${change}> <span>${f.label}</span></label>${hint}`;
  }
  const control = f.type === 'select'
    ? html`<select id=${name} .value=${values[f.name]} aria-describedby=${described} @change=${change}>${options(f, values).map((o) =>
        html`<option value=${o.value} ?selected=${o.value === values[f.name]}>${o.label}</option>`)}</select>`
    : f.type === 'lines'
    ? html`<textarea id=${name} rows="3" spellcheck="false" .value=${values[f.name]} ?required=${Boolean(f.required)} aria-describedby=${described} placeholder=${f.placeholder || ''} @input=${change}></textarea>`
    : html`<input id=${name} type=${f.type || 'text'} .value=${values[f.name]} ?required=${Boolean(f.required)} autocomplete="off"
        spellcheck=${f.type ? 'false' : 'true'} list=${f.list || nothing} min=${f.min ?? nothing} max=${f.max ?? nothing} aria-describedby=${described} placeholder=${f.placeholder || ''} @input=${change}>`;
  return html`<div><label for=${name}>${f.label}${f.required ? nothing : html` <span class="soft">(optional)</span>`}</label>${control}${hint}</div>`;
}

export const reasonField = (required = true) => ({
  name: 'reason', label: 'Reason', required, hint: 'Stands in the events and wherever somebody asks why.',
});

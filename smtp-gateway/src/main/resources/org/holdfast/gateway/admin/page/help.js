// The keyboard, and what its keys do.
import { html, render } from './parts.js';

export const PLACES = [
  ['o', '#/overview', 'Overview'],
  ['n', '#/needs', 'Needs a person'],
  ['p', '#/pairs', 'Pairs'],
  ['u', '#/users', 'Users'],
  ['q', '#/queue', 'Queue'],
  ['r', '#/releases', 'Releases'],
  ['h', '#/holds', 'Holds'],
  ['e', '#/events', 'Events'],
  ['a', '#/aliases', 'Aliases'],
  ['m', '#/map', 'Map file'],
];

const KEYS = [
  ...PLACES.map(([key, , name]) => [['g', key], 'go to ' + name]),
  [['/'], 'search: the field of this view, or users'],
  [['j'], 'next row'],
  [['k'], 'row before'],
  [['Enter'], 'open the row, press the button'],
  [['.'], 'ask again now'],
  [['t'], 'light, dark, or as the system has it'],
  [['Esc'], 'close a dialog: nothing is done'],
  [['?'], 'this'],
];

export function help() {
  const dialog = document.createElement('dialog');
  dialog.setAttribute('aria-labelledby', 'help-title');
  const close = () => {
    dialog.close();
    dialog.remove();
  };
  dialog.addEventListener('close', () => dialog.remove());
  render(html`<h2 id="help-title">Keyboard</h2>
    <dl class="keys">${KEYS.map(([keys, does]) => html`<div><dt>${keys.map((k) => html`<kbd>${k}</kbd> `)}</dt><dd>${does}</dd></div>`)}</dl>
    <div class="buttons"><button type="button" class="primary" @click=${close}>Close</button></div>`, dialog);
  document.body.append(dialog);
  dialog.showModal();
}

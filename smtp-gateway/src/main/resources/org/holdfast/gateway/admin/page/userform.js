// A user that is not there yet, and one that goes.
import { get, path, remove, send } from './api.js';
import { ask, reasonField, say } from './dialog.js';
import { STATES, WAIT, pairNames, stateWord } from './flip.js';
import { deliveries } from './format.js';
import { html, nothing, page, queueLink } from './parts.js';

const DOES = {
  active: 'Mail to this address is taken and delivered there from now on.',
  moving: 'Mail to this address is taken and held from now on, until somebody sets the user active.',
  recovering: 'Mail to this address is taken and held from now on, until somebody sets the user active.',
  closed: 'Mail to this address is refused with 550 5.2.1.',
};

const looksWhole = (address) => /^.*@[^@\s]+$/.test(address.trim());

/** The gateway's own dry run; an address that is somebody's already is refused. */
async function tried(v) {
  const told = await send('PUT', path`/v1/users/${v.address.trim()}` + '?dry-run', { pair: v.pair, state: v.state });
  if (told.before) throw new Error(told.address + ' is there already, ' + stateWord(told.before.state) + ' on ' + told.before.pair + '. Open it to change it.');
  return told;
}

/** Asks for a new user, and goes to it. */
export async function newUser(address = '') {
  const pairs = await pairNames();
  if (pairs.length === 0) throw new Error('The map has no pairs: make a pair first.');
  return ask({
    title: 'New user',
    fields: [
      { name: 'address', label: 'Address', required: true, type: 'text', value: address, placeholder: 'alice@example.com', hint: '@example.com is everybody in the domain who is not named: its catch-all.' },
      { name: 'pair', label: 'Lives on', type: 'select', value: pairs[0], required: true, options: pairs.map((p) => ({ value: p, label: p })) },
      { name: 'state', label: 'State', type: 'radio', options: STATES, value: 'active' },
      reasonField(),
    ],
    says: (v) => html`<p>${DOES[v.state]}</p>`,
    told: async (v) => (looksWhole(v.address) ? (await tried(v)).sentence : ''),
    go: 'Create',
    run: async (v) => {
      const { address: made } = await tried(v);
      const done = await send('PUT', path`/v1/users/${made}`, { pair: v.pair, state: v.state, reason: v.reason, wait: WAIT });
      say(made + ' is there, ' + stateWord(v.state) + ' on ' + v.pair + '.');
      page.go('#/users/' + encodeURIComponent(made));
      page.refresh();
      return done;
    },
  });
}

/** Asks, and removes; a user for whom mail is held stays, and is said so before. */
export async function removeUser(address) {
  const user = await get(path`/v1/users/${address}`);
  const waits = user.held > 0 || !user.heldExact;
  return ask({
    title: 'Remove ' + address,
    fields: [reasonField()],
    says: () => html`<p>New mail to ${address} is <b>refused with 550 5.1.1</b> from then on: its senders get bounces. Unless an alias or a catch-all takes it. The mailbox on ${user.pair} is not touched.</p>
      ${waits ? html`<p><b>${deliveries(user.held)} held for it stand in the way.</b> Release, redirect or discard them first: ${queueLink({ recipient: address }, 'its mail')}.</p>` : nothing}`,
    go: 'Remove',
    danger: true,
    run: async (v) => {
      const done = await remove(path`/v1/users/${address}` + '?' + new URLSearchParams({ reason: v.reason, wait: WAIT }));
      say(address + ' is removed.' + (done.quiesced === false ? ' A delivery that was open to it may still end.' : ''));
      page.refresh();
      return done;
    },
  });
}

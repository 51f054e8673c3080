// A pair that is made, changed or removed: its members and who of them is active.
import { path, remove, send } from './api.js';
import { ask, reasonField, say } from './dialog.js';
import { WAIT, tell } from './flip.js';
import { deliveries, number } from './format.js';
import { html, nothing, page, queueLink, link } from './parts.js';

const HOST_PORT = /^(\[[0-9A-Fa-f:.]+\]|[^\s:[\]]+):\d{1,5}$/;

/** Lines "NAME LMTP-HOST:PORT [IMAP-HOST:PORT]" as the API's members; throws what is wrong. */
export function membersOf(text) {
  const members = {};
  for (const [i, raw] of text.split('\n').entries()) {
    const [name, lmtp, imap, more] = raw.trim().split(/\s+/);
    if (!name) continue;
    const wrong = (why) => { throw new Error('Line ' + (i + 1) + ': ' + why); };
    if (!lmtp) wrong(name + ' has no address: write NAME HOST:PORT');
    if (more) wrong('more than a name and two addresses');
    for (const a of [lmtp, imap]) if (a && !HOST_PORT.test(a)) wrong('"' + a + '" is not HOST:PORT');
    if (name in members) wrong(name + ' is there twice');
    members[name] = imap ? { lmtp, imap } : { lmtp };
  }
  if (Object.keys(members).length === 0) throw new Error('A pair has one member at least.');
  return members;
}

const textOf = (members) => Object.entries(members).map(([name, m]) => [name, m.lmtp, m.imap].filter(Boolean).join(' ')).join('\n');

function readable(v) {
  try {
    return membersOf(v.members);
  } catch {
    return {};
  }
}

const choices = (v) => Object.keys(readable(v)).map((m) => ({ value: m, label: m }));

const fields = (pair) => [
  { name: 'members', label: 'Members, one a line: name, address for mail (LMTP), address of IMAP if any', type: 'lines', required: true,
    value: pair ? textOf(pair.members) : '', placeholder: 'imap5 10.0.0.5:24 10.0.0.5:143\nimap6 10.0.0.6:24 10.0.0.6:143' },
  { name: 'active', label: 'Active member: it gets the mail', type: 'select', required: true, value: pair ? pair.active : '',
    options: (v) => [...(pair ? [] : [{ value: '', label: 'the first one' }]), ...choices(v)] },
  reasonField(),
];

/** What differs, in words, before it is sent: the API has no dry run for this. */
function differences(pair, v) {
  let members;
  try {
    members = membersOf(v.members);
  } catch (e) {
    return html`<p class="bad-text">${e.message}</p>`;
  }
  const lines = [];
  for (const [name, m] of Object.entries(members)) {
    const was = pair?.members[name];
    if (!was) lines.push(name + ' is new, at ' + m.lmtp);
    else if (was.lmtp !== m.lmtp) lines.push(name + ' takes mail at ' + m.lmtp + ' instead of ' + was.lmtp);
    if ((was?.imap || '') !== (m.imap || '')) lines.push(name + (m.imap ? ' has IMAP at ' + m.imap : ' has no IMAP address any more'));
  }
  for (const name of Object.keys(pair?.members || {})) if (!members[name]) lines.push(name + ' is not a member any more');
  const active = v.active || Object.keys(members)[0];
  const switches = pair && active !== pair.active;
  return html`<ul>${lines.map((l) => html`<li>${l}</li>`)}</ul>
    ${lines.length === 0 && !switches ? html`<p>Nothing changes.</p>` : nothing}
    ${!members[active] ? html`<p class="bad-text">The active member is not among the members.</p>` : nothing}
    ${switches ? html`<p><b>Mail goes to ${active} instead of ${pair.active}</b>, once nothing is open there. Nobody asks ${active} whether it takes mail: “Fail over…” does.</p>` : nothing}`;
}

const body = (v) => {
  const members = membersOf(v.members);
  return { members, active: v.active || Object.keys(members)[0], reason: v.reason, wait: WAIT };
};

export function newPair(names) {
  return ask({
    title: 'New pair',
    fields: [{ name: 'name', label: 'Name', type: 'text', required: true, placeholder: 'imap9-10' }, ...fields(null)],
    says: (v) => html`${v.members.trim() ? differences(null, v) : nothing}<p>Nobody lives on it at first; put users there by their page, a list or a map file.</p>`,
    go: 'Create',
    run: async (v) => {
      const name = v.name.trim();
      if (names.includes(name)) throw new Error('The pair ' + name + ' is there already.');
      await send('PUT', path`/v1/pairs/${name}`, body(v));
      say('Pair ' + name + ' is there.');
      page.go('#/pairs/' + encodeURIComponent(name));
      page.refresh();
    },
  });
}

export const changePair = (pair) => ask({
  title: 'Change pair ' + pair.name,
  fields: fields(pair),
  says: (v) => differences(pair, v),
  go: 'Change',
  danger: true,
  run: async (v) => {
    const flip = await send('PUT', path`/v1/pairs/${pair.name}`, body(v));
    if (flip.changed) tell('Pair ' + pair.name, flip);
    else say('Pair ' + pair.name + ' stood so already.');
    page.refresh();
    return flip;
  },
});

export const removePair = (pair, users) => ask({
  title: 'Remove pair ' + pair.name,
  fields: [reasonField()],
  says: () => html`<p>The pair goes from the map; its servers are not touched.</p>
    ${users ? html`<p><b>${number(users)} users live on it</b> and stand in the way: ${link('#/users?' + new URLSearchParams({ pair: pair.name }), 'who')}. Move them first.</p>` : nothing}
    ${pair.held ? html`<p><b>${deliveries(pair.held)} are held for it</b> and stand in the way: ${queueLink({ pair: pair.name }, 'its mail')}.</p>` : nothing}`,
  go: 'Remove',
  danger: true,
  run: async (v) => {
    await remove(path`/v1/pairs/${pair.name}` + '?' + new URLSearchParams({ reason: v.reason, wait: WAIT }));
    say('Pair ' + pair.name + ' is removed.');
    page.go('#/pairs');
    page.refresh();
  },
});

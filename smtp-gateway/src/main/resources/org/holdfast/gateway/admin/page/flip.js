// Everything that changes where mail goes: users, pairs, domains, all. Each says what it will do
// before, and after it whether the old place is quiet.
import { get, once, path, send } from './api.js';
import { ask, reasonField, say } from './dialog.js';
import { deliveries, number, plural } from './format.js';
import { html, nothing, page } from './parts.js';

export const WAIT = '30s';
const OPEN_SHOWN = 3;

/** Tells a flip's outcome. "Quiesced" is what a copy may lean on. */
export function tell(name, flip) {
  const goes = flip.state === 'active' ? ' waited and may go now, unless something else holds them.' : ' held.';
  const held = !flip.held ? '' : ' ' + deliveries(flip.held) + goes;
  if (!flip.changed) return say(name + ' stood so already.' + held);
  if (flip.quiesced) {
    const quiet = flip.state === 'active' ? '' : ' Quiesced: nothing is being delivered to the old place, and nothing will be.';
    return say(name + ' is ' + stateWord(flip.state) + '.' + quiet + held);
  }
  const open = (flip.open || []).slice(0, OPEN_SHOWN).map((o) => o.mailbox + ' at ' + o.member).join(', ');
  return say(name + ' is ' + stateWord(flip.state) + ', but NOT quiesced: ' + number(flip.openCount) +
    ' still open (' + open + '). Do not copy yet; set the same state again to wait longer.', 'bad');
}

export const stateWord = (state) => ({ hold: 'on hold', moving: 'being moved' }[state] || state);

function done(name) {
  return (flip) => {
    tell(name, flip);
    page.refresh();
    return flip;
  };
}

export async function pairNames() {
  return (await get('/v1/pairs')).items.map((pair) => pair.name);
}

export const STATES = [
  { value: 'active', label: 'active: delivered' },
  { value: 'moving', label: 'being moved: held' },
  { value: 'recovering', label: 'recovering: held' },
  { value: 'closed', label: 'closed: refused' },
];

/** What setting this state will do to this user. */
function userEffect(user, v) {
  const goes = v.pair || (v.state === 'active' && user.to) || user.pair;
  const moves = goes !== user.pair;
  const place = moves ? 'pair ' + goes : user.member ? user.member + ' (pair ' + user.pair + ')' : 'pair ' + user.pair;
  switch (v.state) {
    case 'active': return html`<p>${user.held ? deliveries(user.held) + ' held go first, oldest first, then new mail' : 'New mail goes'}
      to <b>${place}</b>${moves ? html`, where ${user.address} lives from then on` : nothing}.
      If the pair, the domain or everything is on hold, mail waits on.</p>`;
    case 'closed': return html`<p>New mail is <b>refused with 550 5.2.1</b>: its senders get bounces. What is held stays held.</p>`;
    default: return html`<p>New mail is accepted and <b>held</b>: no expiry, no bounce. Nothing more is delivered to
      <b>${user.member || user.pair}</b>; the answer says <em>quiesced</em> when nothing is open there any more: begin your copy then.</p>`;
  }
}

const stateBody = (v) => ({
  state: v.state, reason: v.reason,
  pair: v.state === 'active' && v.pair ? v.pair : undefined,
  to: v.state !== 'active' && v.state !== 'closed' && v.to ? v.to : undefined,
});

const foretold = async (where, body) => (await send('PUT', where + '?dry-run', body)).sentence;

/** Asks for a user's new state. */
export async function flipUser(user, state) {
  const pairs = await pairNames();
  const choices = (first) => [{ value: '', label: first }, ...pairs.map((p) => ({ value: p, label: p }))];
  return ask({
    title: 'Change ' + user.address,
    fields: [
      { name: 'state', label: 'State', type: 'radio', options: STATES, value: state || (user.state === 'active' ? 'moving' : 'active') },
      { name: 'pair', label: 'Lives on', type: 'select', value: '', options: choices('as before' + (user.to ? ', or ' + user.to + ' where it is being moved' : ' (' + user.pair + ')')), required: true,
        when: (v) => v.state === 'active' },
      { name: 'to', label: 'Is being moved to', type: 'select', value: '', options: choices('nobody said yet'), required: true,
        when: (v) => v.state === 'moving' || v.state === 'recovering' },
      reasonField(),
    ],
    says: (v) => userEffect(user, v),
    go: (v) => 'Set to ' + stateWord(v.state),
    told: (v) => foretold(path`/v1/users/${user.address}/state`, stateBody(v)),
    run: async (v) => done(user.address)(await send('PUT', path`/v1/users/${user.address}/state`, { ...stateBody(v), wait: WAIT })),
  });
}

export const setPriority = (address, now = 0) => ask({
  title: 'Who goes first: ' + address,
  fields: [
    { name: 'priority', label: 'Priority, −1000 to 1000', type: 'number', min: -1000, max: 1000, value: String(now || 100), required: true,
      hint: '0 is normal; higher goes first to its pair.' },
    reasonField(false),
  ],
  says: (v) => html`<p>Held mail of ${address} goes ${Number(v.priority) > 0 ? 'before' : Number(v.priority) < 0 ? 'after' : 'in turn with'} that of others. Counts at once; nothing is shut.</p>`,
  go: 'Set priority',
  run: async (v) => {
    await send('PUT', path`/v1/users/${address}/priority`, { priority: Number(v.priority), reason: v.reason });
    say(address + ' has priority ' + v.priority + '.');
    page.refresh();
  },
});

export const movePair = (user) => pairNames().then((pairs) => ask({
  title: 'Put ' + user.address + ' on another pair',
  fields: [
    { name: 'pair', label: 'Pair', type: 'select', value: user.pair, required: true, options: pairs.map((p) => ({ value: p, label: p })) },
    reasonField(),
  ],
  says: (v) => html`<p>Held, drained, switched and opened again in one step: new and held mail goes to <b>${v.pair}</b>. The mailbox itself is not copied.</p>`,
  told: (v) => foretold(path`/v1/users/${user.address}`, { pair: v.pair }),
  go: 'Put there',
  run: async (v) => done(user.address)(await send('PUT', path`/v1/users/${user.address}`, { pair: v.pair, reason: v.reason, wait: WAIT })),
}));

// ---- wider

const holdSays = (what) => () => html`<p>New mail for ${what} is accepted and <b>held</b>: no expiry, no bounce. Nothing more is delivered;
  <em>quiesced</em> says when nothing is open any more.</p>`;

function wide(title, what, where, name, hold, held) {
  return ask({
    title,
    fields: [reasonField(hold)],
    says: hold ? holdSays(what) : () => html`<p>${held === undefined ? 'What is held' : deliveries(held) + ' held'} for ${what} goes out in the order of
      acceptance, then new mail; except where something else is still on hold.</p>`,
    told: () => foretold(where, { state: hold ? 'hold' : 'active' }),
    go: hold ? 'Put on hold' : 'Release',
    danger: hold,
    run: async (v) => done(name)(await send('PUT', where, { state: hold ? 'hold' : 'active', reason: v.reason, wait: WAIT })),
  });
}

export const holdPair = (name, hold, held) =>
  wide(hold ? 'Put pair ' + name + ' on hold' : 'Release pair ' + name, 'everybody on ' + name, path`/v1/pairs/${name}/state`, 'Pair ' + name, hold, held);

export const holdDomain = (domain, hold) =>
  wide(hold ? 'Put domain ' + domain + ' on hold' : 'Release domain ' + domain, 'everybody in ' + domain, path`/v1/domains/${domain}/state`, 'Domain ' + domain, hold);

export const holdAll = (hold) => wide(hold ? 'Put everything on hold' : 'Release everything', 'everybody', '/v1/all/state', 'Everything', hold);

/** By the kind that GET /v1/holds tells. */
export function release(hold) {
  if (hold.kind === 'all') return holdAll(false);
  return hold.kind === 'pair' ? holdPair(hold.name, false) : holdDomain(hold.name, false);
}

/** What is known of a standby before it is asked. */
const standing = (m) => html`${m.health === 'down' ? html`<b>Right now it does not take mail</b>${m.detail ? html`: <q>${m.detail}</q>` : nothing}. ` : nothing}
  It is asked over LMTP; nobody looks into its mailboxes: be sure that its copy is whole.`;

export function failover(pair) {
  const standbys = Object.keys(pair.members).filter((m) => m !== pair.active);
  const act = once(path`/v1/pairs/${pair.name}/failover`);
  return ask({
    title: 'Controlled failover of ' + pair.name,
    fields: [
      { name: 'to', label: 'New active member', type: 'select', required: true, value: standbys[0], options: standbys.map((m) => ({ value: m, label: m + ' (' + pair.members[m].lmtp + ')' })) },
      { name: 'force', label: 'Force: give ' + pair.active + ' up though deliveries are open or the probe fails', type: 'checkbox', value: false },
      reasonField(),
    ],
    says: (v) => html`<ol><li>Puts ${pair.name} on hold and waits until nothing is open to <b>${pair.active}</b> (at most ${WAIT}).</li>
      <li>Asks <b>${v.to}</b> whether it takes mail. ${standing(pair.members[v.to])}</li><li>Makes <b>${v.to}</b> the active member.</li>
      <li>${pair.state === 'hold' ? 'Leaves the pair on hold, as it is now.' : 'Releases: held mail goes to ' + v.to + ', in order.'}</li></ol>
      <p>${v.force ? html`<b>Forced: steps that fail are passed over.</b> Only ${pair.active} can say what became of deliveries that were open to it.` : 'If a step fails, everything is put back as it was.'}
      Mail is accepted all the while.</p>`,
    // A failover has no dry run of its own; its first step and its last have.
    told: async (v) => {
      const where = path`/v1/pairs/${pair.name}/state` + '?dry-run';
      const [shut, open] = [await send('PUT', where, { state: 'hold' }), await send('PUT', where, { state: 'active' })];
      return plural(shut.openCount, 'delivery is', 'deliveries are') + ' open to ' + pair.active + ' and would be waited for. Of what is held '
        + (pair.state === 'hold' ? deliveries(open.goes + open.stays) + ' would wait on' : deliveries(open.goes) + ' would go to ' + v.to + ', ' + number(open.stays) + ' would wait on for other reasons') + '.';
    },
    go: (v) => (v.force ? 'Force failover to ' : 'Fail over to ') + v.to,
    danger: true,
    run: async (v) => {
      const report = await act({ to: v.to, force: Boolean(v.force), reason: v.reason, wait: WAIT });
      say(pair.name + ': ' + report.to + ' is the active member, after ' + number(report.millis) + ' ms. ' + report.steps.map((s) => s.step + ': ' + s.detail).join('; '));
      page.refresh();
      return report;
    },
  });
}

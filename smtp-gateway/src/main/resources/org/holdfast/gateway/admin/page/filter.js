// Actions on held mail: on one delivery, one message, or all that a filter finds. The gateway
// counts first, by a dry run; nothing is done before the count was seen.
import { once, path, send } from './api.js';
import { ask, reasonField, say } from './dialog.js';
import { deliveries, number, sender } from './format.js';
import { html, nothing, page } from './parts.js';

export const VERBS = {
  retry: { label: 'Try again', title: 'Try again now', does: 'They go to their backend again, in turn, as soon as nothing holds them back. Parked ones go back into their lanes.' },
  park: { label: 'Park', title: 'Park', does: 'They step aside and wait for a person; the rest of the mailbox\'s mail goes on without them.' },
  redirect: { label: 'Redirect', title: 'Redirect', does: 'They go to another mailbox of the map instead. The senders are told nothing.' },
  discard: { label: 'Discard', title: 'Discard for good', does: 'They are deleted. Nobody is told; it can not be undone.', danger: true },
};

function fieldsOf(verb) {
  const fields = [];
  if (verb === 'redirect') fields.push({ name: 'to', label: 'To which address', type: 'email', required: true });
  if (verb === 'discard') fields.push(reasonField(true));
  else fields.push(reasonField(false));
  return fields;
}

const body = (verb, v) => ({ ...(verb === 'redirect' ? { to: v.to } : {}), ...(v.reason ? { reason: v.reason } : {}) });

/** Acts on a message, or on one delivery of it. */
export function actOn(verb, id, recipient) {
  const v = VERBS[verb];
  const act = once(path`/v1/queue/messages/${id}/${verb}`);
  const what = recipient ? 'the delivery to ' + recipient : 'every delivery of the message';
  return ask({
    title: v.title + ': ' + id,
    fields: fieldsOf(verb),
    says: () => html`<p>About ${what}. ${v.does.replace(/^They go/, 'It goes').replace(/^They step/, 'It steps').replace(/^They are/, 'It is')}</p>`,
    go: v.label,
    danger: v.danger,
    run: async (values) => {
      const done = await act({ ...(recipient ? { recipient } : {}), ...body(verb, values) });
      say(v.label + ': ' + deliveries(done.affected) + '.');
      page.refresh();
      return done;
    },
  });
}

/** Counts what the filter means, shows the first ones, and acts when that was confirmed. */
export async function actOnAll(verb, filter, words) {
  const v = VERBS[verb];
  const all = Object.keys(filter).length === 0;
  const asked = (more) => ({ ...(all ? { all: true } : { filter }), ...more });
  const first = verb === 'redirect' ? await ask({ title: 'Redirect ' + (all ? 'everything' : 'all with ' + words), fields: fieldsOf(verb), go: 'Count', run: async (given) => given }) : {};
  if (!first) return undefined;
  const dry = await send('POST', '/v1/queue/actions/' + verb, asked({ dryRun: true, ...body(verb, { ...first, reason: verb === 'discard' ? 'dry run' : '' }) }));
  const act = once('/v1/queue/actions/' + verb);
  if (dry.affected === 0) return say('Nothing there that "' + v.label.toLowerCase() + '" would change.');
  return ask({
    title: v.title + ': ' + deliveries(dry.affected),
    lead: all ? 'Everything that is held: no filter is set.' : 'All deliveries with ' + words + '.',
    fields: [...fieldsOf(verb).filter((f) => f.name !== 'to'), ...(v.danger || all ? [{ name: 'typed', label: 'Type the number ' + dry.affected + ' to confirm', required: true, type: 'text' }] : [])],
    says: () => html`<p>${v.does}${first.to ? ' To ' + first.to + '.' : nothing}</p><p>The first of the ${number(dry.affected)}:</p><ul>${dry.first.map((d) =>
      html`<li>${d.id} to ${d.recipient} from ${sender(d.sender)}${d.lastReply ? html`: <q>${d.lastReply}</q>` : nothing}</li>`)}</ul>`,
    go: v.label + ' ' + number(dry.affected),
    danger: v.danger,
    run: async (values) => {
      if ('typed' in values && values.typed.replace(/[,.\s]/g, '') !== String(dry.affected)) {
        throw new Error('Type ' + dry.affected + ' to confirm.');
      }
      const done = await act(asked(body(verb, { ...first, ...values })));
      say(v.label + ': ' + deliveries(done.affected) + '.');
      page.refresh();
      return done;
    },
  });
}

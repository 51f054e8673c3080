// Numbers, sizes and times as people read them. Pure functions.

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export const number = (n) => (n === null || n === undefined ? '–' : Number(n).toLocaleString('en'));

export const plural = (n, one, many = one + 's') => number(n) + ' ' + (n === 1 ? one : many);

/** Deliveries, the unit that everything held is counted in. */
export const deliveries = (n) => plural(n, 'delivery', 'deliveries');

export function bytes(n) {
  if (n === null || n === undefined) return '–';
  let unit = 0;
  let value = Math.abs(n);
  while (value >= 1023.5 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return (n < 0 ? '−' : '') + (unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)) + ' ' + UNITS[unit];
}

export function rate(n) {
  if (n === null || n === undefined) return '–';
  return (n >= 100 ? Math.round(n).toLocaleString('en') : n.toFixed(n >= 10 || n === 0 ? 0 : 1)) + '/s';
}

/** Seconds as two units at most: 3 h 12 min. */
export function span(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return s + ' s';
  const m = Math.floor(s / 60);
  if (m < 60) return m + ' min' + (m < 5 && s % 60 ? ' ' + (s % 60) + ' s' : '');
  const h = Math.floor(m / 60);
  if (h < 48) return h + ' h' + (m % 60 && h < 24 ? ' ' + (m % 60) + ' min' : '');
  return Math.floor(h / 24) + ' d' + (h % 24 ? ' ' + (h % 24) + ' h' : '');
}

/** The same where there is little room: 3h 12m. */
export const short = (seconds) => span(seconds).replace(' min', 'm').replace(/ (?=[smhd](?:\s|$))/g, '').replace(/ (\d+)m$/, ' $1m');

export const secondsSince = (time) => (Date.now() - Date.parse(time)) / 1000;

export const age = (time) => (time ? span(secondsSince(time)) : '–');

export const hours = (h) => (h >= 24 * 365 ? 'over a year' : h >= 48 ? number(Math.round(h / 24)) + ' days' : short(h * 3600));

/** Today: the time; else date and time. Local, as clocks on walls are. */
export function clock(time) {
  if (!time) return '–';
  const date = new Date(time);
  const today = date.toDateString() === new Date().toDateString();
  const hms = date.toLocaleTimeString('en-GB');
  return today ? hms : date.toLocaleDateString('en-CA') + ' ' + hms;
}

export const millis = (ms) => (ms === null || ms === undefined ? '–' : ms >= 1000 ? (ms / 1000).toFixed(1) + ' s' : ms.toFixed(ms < 10 ? 1 : 0) + ' ms');

/** Times within a sentence of the gateway as on the wall. */
export const walled = (text) => text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (time) => clock(time));

const told = (value) => {
  if (value === null || value === undefined) return 'none';
  if (Array.isArray(value)) return value.map((v) => (v?.step ? v.step + (v.ok ? '' : ' FAILED: ' + v.detail) : told(v))).join(', ');
  return typeof value === 'object' ? Object.entries(value).map(([k, v]) => k + ' ' + told(v)).join(', ') : String(value);
};

/**
 * What differs between two states of a thing, in words; the epoch always does, and is left out. A
 * failover and acts on mail tell what was asked and what came of it instead of two states.
 */
export function difference(before, after, what = '') {
  if (what === 'pair.failover' || what.startsWith('queue.')) before = null;
  const names = Object.keys({ ...before, ...after }).filter((n) => n !== 'epoch' && told(before?.[n]) !== told(after?.[n]));
  const was = (n) => (before && n in before ? told(before[n]) : null);
  const is = (n) => (what.startsWith('gateway.') && !(n in (after || {})) ? null : told(after?.[n])); // what it tells of the life before
  return names.map((n) => n + ': ' + [was(n), is(n)].filter((v) => v !== null).join(' → ')).join('; ');
}

export const sender = (address) => (address === '' ? '<> (null sender)' : address);

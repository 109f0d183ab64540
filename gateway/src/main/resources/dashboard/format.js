/* Figures and times for operators: binary units as in the commands, 24 hours, the browser's time zone. */

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const clockFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const dayFormat = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short' });
const fullFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' });

export const count = (n) => whole.format(n ?? 0);

/** With one digit after the point while it matters: 0.4, 9.5, 12, 1,234. */
export function rate(n) {
  return !n ? '0' : n < 0.05 ? '<0.1' : n < 9.95 ? n.toFixed(1) : whole.format(n);
}

export function bytes(n) {
  let value = n ?? 0;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit > 0 && value < 99.95 ? value.toFixed(1) : whole.format(value)} ${UNITS[unit]}`;
}

/** Milliseconds in the two largest units: 42 s, 6 min 12 s, 3 h 05 min, 2 d 4 h. */
export function span(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const two = (n) => String(n).padStart(2, '0');
  if (seconds < 60) {
    return `${seconds} s`;
  }
  if (seconds < 3600) {
    return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  }
  if (seconds < 86400) {
    return `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))} min`;
  }
  return `${Math.floor(seconds / 86400)} d ${Math.floor((seconds % 86400) / 3600)} h`;
}

/** The time since an instant; empty when there is none. */
export const ago = (instant) => (instant ? span(Date.now() - Date.parse(instant)) : '');

/** 14:03:27; with the date before it when it is not today. */
export function clock(instant) {
  if (!instant) {
    return '';
  }
  const then = new Date(instant);
  const today = then.toDateString() === new Date().toDateString();
  return (today ? '' : `${dayFormat.format(then)} `) + clockFormat.format(then);
}

export const full = (instant) => (instant ? fullFormat.format(new Date(instant)) : '');

/** The end of a long UID, where the UIDs of one study differ. */
export const shortUid = (uid) => (!uid ? '' : uid.length <= 22 ? uid : `…${uid.slice(-20)}`);

export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

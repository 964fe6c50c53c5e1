const units = ['B', 'kB', 'MB', 'GB', 'TB'];

export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** A number of transactions, in the room that there is for it. */
export const amount = (count: number): string => (count < 10_000 ? String(count) : count < 1_000_000 ? `${Math.round(count / 1000)} k` : `${(count / 1_000_000).toFixed(1)} M`);

export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) {
    return `${whole} s`;
  }
  const minutes = Math.floor(whole / 60);
  const hours = Math.floor(minutes / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Of the time of one write, in the precision in which it differs. */
export function latency(seconds: number | undefined): string {
  if (seconds === undefined) {
    return 'unknown';
  }
  const milliseconds = seconds * 1000;
  return milliseconds >= 1000 ? `${(milliseconds / 1000).toFixed(1)} s` : `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}

/** A part in percent, never better than it is: 99.9999 % is not 100 %. */
export function percent(part: number | undefined, digits: number): string {
  const scale = 10 ** digits;
  return part === undefined ? 'unknown' : `${(Math.floor(part * 100 * scale) / scale).toFixed(digits)} %`;
}

const twoDigits = (count: number): string => String(count).padStart(2, '0');

export function clock(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : `${twoDigits(at.getHours())}:${twoDigits(at.getMinutes())}:${twoDigits(at.getSeconds())}`;
}

export function dayAndClock(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : `${at.getFullYear()}-${twoDigits(at.getMonth() + 1)}-${twoDigits(at.getDate())} ${clock(iso)}`;
}

const roles: Record<string, string> = {
  leader: 'Leader',
  standby_leader: 'Standby leader',
  primary: 'Primary',
  sync_standby: 'Synchronous standby',
  quorum_standby: 'Quorum standby',
  replica: 'Replica',
};

export const role = (name: string): string => roles[name] ?? name;

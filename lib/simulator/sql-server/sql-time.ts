/** Points in time as SQL Server writes and reads them, in UTC: `2026-01-01T12:00:00.000`. Only conversion: what time it is, the Host says. */

const DAY_MS = 86_400_000;
const pattern = /^(\d{4})-?(\d{2})-?(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3})\d*)?)?)?Z?$/u;

/** Days from 1970-01-01 in the Gregorian calendar. Years begin in March here, so that the leap day is the last. */
function daysFrom(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1;
  const inYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return shifted * 365 + Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400) + inYear - 719_468;
}

/** Milliseconds since 1970, or undefined for what is no such text. */
export function parseSqlTime(text: string): number | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const fraction = Number((match[7] ?? '').padEnd(3, '0'));
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return undefined;
  return daysFrom(year, month, day) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000 + fraction;
}

export function formatSqlTime(ms: number): string {
  const whole = Math.floor(ms);
  const days = Math.floor(whole / DAY_MS);
  let year = 1970 + Math.floor(days / 366);
  while (daysFrom(year + 1, 1, 1) <= days) year += 1;
  let month = 1;
  while (month < 12 && daysFrom(year, month + 1, 1) <= days) month += 1;
  const day = days - daysFrom(year, month, 1) + 1;
  const time = whole - days * DAY_MS;
  const digits = (value: number, count = 2): string => String(value).padStart(count, '0');
  const [hour, minute, second] = [Math.floor(time / 3_600_000), Math.floor(time / 60_000) % 60, Math.floor(time / 1000) % 60];
  return `${digits(year, 4)}-${digits(month)}-${digits(day)}T${digits(hour)}:${digits(minute)}:${digits(second)}.${digits(time % 1000, 3)}`;
}

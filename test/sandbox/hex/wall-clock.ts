// What a clock on the wall shows in the time zone of a schedule. Kept apart from the bot's own reading of time zones, so that a
// mistake there is found.

const MINUTE_MS = 60_000;
/** Every change of a zone's offset begins at a multiple of this. */
const STEADY_MS = 15 * MINUTE_MS;

/** Which whole minute it is on the clock: the minutes since 1970 that the clock would have counted if it had always shown this zone. */
export type WallMinute = number;

/** `timezone`: an offset such as `+05:30`, or a name such as `Europe/Berlin`. `at`: epoch ms. */
export function wallMinute(timezone: string, at: number): WallMinute {
  return Math.floor(at / MINUTE_MS) + offsetMinutes(timezone, at);
}

/** `+01:00`: the offset of a zone at a moment (epoch ms). */
export function offsetText(timezone: string, at: number): string {
  const minutes = offsetMinutes(timezone, at);
  const two = (number: number) => String(Math.floor(number)).padStart(2, "0");
  const distance = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(distance / 60)}:${two(distance % 60)}`;
}

/** Minutes east of UTC. @throws RangeError if there is no such zone */
function offsetMinutes(timezone: string, at: number): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(timezone) ?? [];
  if (sign !== undefined) return (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -1 : 1);
  const from = Math.floor(at / STEADY_MS) * STEADY_MS;
  const key = `${timezone} ${from}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const read = namedOffset(timezone, from);
  if (offsets.size >= OFFSETS_KEPT) offsets.clear();
  offsets.set(key, read);
  return read;
}

/** Asking the system takes long. */
const offsets = new Map<string, number>();
const OFFSETS_KEPT = 10_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function namedOffset(timeZone: string, at: number): number {
  const format = formats.get(timeZone) ?? new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" });
  formats.set(timeZone, format);
  const name = format.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign = "+", hours = "0", minutes = "0"] = /^GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  return (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -1 : 1);
}

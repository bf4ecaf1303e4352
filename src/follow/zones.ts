// Time zones as Hex writes them in a schedule: an offset such as `+05:30`, and possibly a name such as `Europe/Berlin`. Pure.

import { distance } from "fastest-levenshtein";
import { MINUTE } from "../lib/time.js";

/** `minutes`: east of UTC. */
export type Zone = { kind: "offset"; minutes: number } | { kind: "named"; name: string };

const OFFSET = /^(?:UTC|GMT)?\s*([+-])(\d{1,2}):?(\d{2})?$/i;
const FARTHEST_MINUTES = 14 * 60;

/** Reads a time zone. @returns null when the text is not one */
export function zoneOf(text: string): Zone | null {
  const trimmed = text.trim();
  if (/^(?:Z|UTC|GMT)$/i.test(trimmed)) return { kind: "offset", minutes: 0 };
  const offset = OFFSET.exec(trimmed);
  if (offset !== null) {
    const [, sign, hours = "0", rest = "0"] = offset;
    const minutes = (Number(hours) * 60 + Number(rest)) * (sign === "-" ? -1 : 1);
    return Number(rest) < 60 && Math.abs(minutes) <= FARTHEST_MINUTES ? { kind: "offset", minutes } : null;
  }
  return offsetIn(trimmed, 0) === null ? null : { kind: "named", name: trimmed };
}

/** For each rule for daylight saving time that is in use, one zone that has it. */
const WITH_SUMMER_TIME = [
  "Africa/Cairo",
  "Africa/Casablanca",
  "America/Anchorage",
  "America/Chicago",
  "America/Denver",
  "America/Halifax",
  "America/Havana",
  "America/Los_Angeles",
  "America/Miquelon",
  "America/New_York",
  "America/Nuuk",
  "America/Santiago",
  "America/St_Johns",
  "Asia/Beirut",
  "Asia/Gaza",
  "Asia/Jerusalem",
  "Atlantic/Azores",
  "Australia/Adelaide",
  "Australia/Lord_Howe",
  "Australia/Sydney",
  "Europe/Athens",
  "Europe/Berlin",
  "Europe/Chisinau",
  "Europe/Lisbon",
  "Pacific/Auckland",
  "Pacific/Chatham",
  "Pacific/Easter",
  "Pacific/Norfolk",
] as const;

/**
 * Whether daylight saving time begins or ends within `aroundMs` of `at` (epoch ms) in the zone, or, for an offset, in any zone that
 * has this offset before or after the change.
 */
export function changesNear(zone: Zone, at: number, aroundMs: number): boolean {
  const names = zone.kind === "named" ? [zone.name] : WITH_SUMMER_TIME;
  return names.some((name) => {
    const [before, after] = [offsetIn(name, at - aroundMs), offsetIn(name, at + aroundMs)];
    return before !== after && (zone.kind === "named" || before === zone.minutes || after === zone.minutes);
  });
}

/** Whether the clocks change between two times (epoch ms) in any zone that has this offset (minutes east of UTC) at the first one. */
export function mayShift(minutes: number, from: number, to: number): boolean {
  return WITH_SUMMER_TIME.some((name) => offsetIn(name, from) === minutes && offsetIn(name, to) !== minutes);
}

/** Kept, because creating one takes longer than all the rest. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const fields = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" } as const;
  const format = new Intl.DateTimeFormat("en-US", { timeZone, hourCycle: "h23", ...fields });
  formats.set(timeZone, format);
  return format;
}

/** Minutes east of UTC in a named zone at a moment (epoch ms), or null if there is no such zone. */
export function offsetIn(name: string, at: number): number | null {
  try {
    // The format leaves out the seconds.
    const wholeMinute = Math.floor(at / MINUTE) * MINUTE;
    const parts = formatOf(name)
      .formatToParts(wholeMinute)
      .map(({ type, value }) => [type, Number(value)]);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = Object.fromEntries(parts);
    return (Date.UTC(year, month - 1, day, hour, minute) - wholeMinute) / MINUTE;
  } catch {
    return null;
  }
}

/** The name of a zone as the time zone database spells it, for a name in any case, or null if there is no such zone. */
export function zoneNamed(text: string): string | null {
  const trimmed = text.trim();
  if (/^(?:Z|UTC|GMT)$/i.test(trimmed)) return "UTC";
  if (OFFSET.test(trimmed)) return null;
  const known = ZONE_NAMES.find((name) => name.toLowerCase() === trimmed.toLowerCase());
  if (known !== undefined) return known;
  return offsetIn(trimmed, 0) === null ? null : trimmed;
}

/** The zone whose name is most similar to a text, or null if none is similar. */
export function nearestZone(text: string): string | null {
  const city = cityOf(text);
  let best: { name: string; typos: number } | null = null;
  for (const name of ZONE_NAMES) {
    const typos = distance(city, cityOf(name));
    if (typos <= MOST_TYPOS && typos < Math.min(city.length, best?.typos ?? Number.POSITIVE_INFINITY))
      best = { name, typos };
  }
  return best?.name ?? null;
}

const MOST_TYPOS = 2;
const ZONE_NAMES = Intl.supportedValuesOf("timeZone");

/** A name may be long, and no city's is. */
function cityOf(name: string): string {
  return (name.split("/").at(-1) ?? "").slice(0, 40).toLowerCase();
}

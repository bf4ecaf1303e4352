// Slack's <!date^…>: a time as its reader sees it. "Today" is the demo's day.

const DAY = 24 * 60 * 60_000;
const NEAR: Readonly<Record<number, string>> = { [-1]: "Yesterday", 0: "Today", 1: "Tomorrow" };
const ORDINALS: Readonly<Record<string, string>> = { one: "st", two: "nd", few: "rd", other: "th" };
const ordinals = new Intl.PluralRules("en", { type: "ordinal" });

/** `at` and `now`: epoch ms. `format`: with Slack's tokens, such as "{date_short_pretty} {time}". */
export function dateText(at: number, format: string, now: number): string {
  return format.replace(/\{(\w+)\}/g, (token, name: string) => partOf(name, new Date(at), new Date(now)) ?? token);
}

function partOf(name: string, at: Date, now: Date): string | null {
  if (name.endsWith("_pretty")) return near(at, now) ?? partOf(name.slice(0, -"_pretty".length), at, now);
  const day = `${at.getDate()}${ORDINALS[ordinals.select(at.getDate())]}`;
  const month = at.toLocaleDateString("en-US", { month: "long" });
  switch (name) {
    case "date_num":
      return at.toLocaleDateString("sv-SE");
    case "date":
      return `${month} ${day}, ${at.getFullYear()}`;
    case "date_short":
      return at.toLocaleDateString("en-US", { month: "short", day: "numeric", year: "numeric" });
    case "date_long":
      return `${at.toLocaleDateString("en-US", { weekday: "long" })}, ${month} ${day}, ${at.getFullYear()}`;
    case "time":
      return at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    case "time_secs":
      return at.toLocaleTimeString("en-GB");
    default:
      return null;
  }
}

/** The word for a day that is today, yesterday or tomorrow. */
function near(at: Date, now: Date): string | null {
  const midnight = (moment: Date) => new Date(moment).setHours(0, 0, 0, 0);
  return NEAR[Math.round((midnight(at) - midnight(now)) / DAY)] ?? null;
}

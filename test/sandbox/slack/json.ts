// Reading JSON whose shape is not known.

export type Json = Record<string, unknown>;

export function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The parsed text, or undefined when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** The string at `key`, or undefined when there is none. */
export function stringAt(record: unknown, key: string): string | undefined {
  const value = isRecord(record) ? record[key] : undefined;
  return typeof value === "string" ? value : undefined;
}

/** The objects of the array at `key`; [] when there is none. */
export function recordsAt(record: unknown, key: string): Json[] {
  const value = isRecord(record) ? record[key] : undefined;
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** true and "true": response_url takes both. */
export function isTrue(value: unknown): boolean {
  return value === true || value === "true";
}

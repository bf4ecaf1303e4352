// Reads JSON of unknown shape.

export type Json = Record<string, unknown>;

export function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The parsed text, or undefined if it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** The string at `key`, or undefined if there is none. */
export function stringAt(record: unknown, key: string): string | undefined {
  const value = isRecord(record) ? record[key] : undefined;
  return typeof value === "string" ? value : undefined;
}

/** The objects in the array at `key`, or [] if there is none. */
export function recordsAt(record: unknown, key: string): Json[] {
  const value = isRecord(record) ? record[key] : undefined;
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** true or "true": response_url accepts both. */
export function isTrue(value: unknown): boolean {
  return value === true || value === "true";
}

// Hex may repeat in its answer what it was sent. The values of inputs whose names look like secrets are taken out of it.

import { holdsSecret } from "../lib/secret-names.js";
import type { SentInputs } from "./refused-inputs.js";

/** A shorter text (in characters) is no secret: it may occur in any sentence. */
const SHORTEST = 4;
const HIDDEN = "…";

/** The values of inputs that look like secrets, as they could appear in a text; the longest first. */
export function secretsIn(inputs: SentInputs): string[] {
  const secret = Object.entries(inputs).filter(([name, value]) => holdsSecret(name, value));
  const texts = secret.flatMap(([, value]) => [JSON.stringify(value) ?? "", ...textsIn(value)]);
  return texts.filter((text) => text.length >= SHORTEST).sort((one, other) => other.length - one.length);
}

/** A value from JSON without them. */
export function withoutSecrets(value: unknown, secrets: readonly string[]): unknown {
  if (secrets.length === 0) return value;
  if (typeof value === "string") return textWithoutSecrets(value, secrets);
  if (typeof value === "number") return secrets.includes(String(value)) ? HIDDEN : value;
  if (Array.isArray(value)) return value.map((one) => withoutSecrets(one, secrets));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutSecrets(one, secrets)]));
}

/** A text without them. */
export function textWithoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text);
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "number") return [String(value)];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

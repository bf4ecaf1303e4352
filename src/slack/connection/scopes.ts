// What the app may do in Slack, as the manifest asks for it.

/** The bot does not work without these. */
export const REQUIRED_SCOPES = ["commands", "chat:write"] as const;
/** Whoever installs the app may leave these out, and the bot works without what they are for. */
export const OPTIONAL_SCOPES = ["chat:write.public", "app_mentions:read", "im:history"] as const;

export type RequiredScope = (typeof REQUIRED_SCOPES)[number];
export type OptionalScope = (typeof OPTIONAL_SCOPES)[number];

/** Those that the bot needs and Slack has not granted. `granted`: null when Slack did not say. */
export function missingScopes(granted: readonly string[] | null): RequiredScope[] {
  return granted === null ? [] : REQUIRED_SCOPES.filter((scope) => !granted.includes(scope));
}

/** The same for those that are optional. */
export function declinedScopes(granted: readonly string[] | null): OptionalScope[] {
  return granted === null ? [] : OPTIONAL_SCOPES.filter((scope) => !granted.includes(scope));
}

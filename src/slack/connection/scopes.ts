// The app's scopes in Slack, as in the manifest.

/** The bot does not work without these. */
export const REQUIRED_SCOPES = ["commands", "chat:write"] as const;
/** The app can be installed without these. The bot then works without what they are for. */
export const OPTIONAL_SCOPES = [
  "chat:write.public",
  "app_mentions:read",
  "im:history",
  "users:read",
  "users:read.email",
  "usergroups:read",
] as const;

export type RequiredScope = (typeof REQUIRED_SCOPES)[number];
export type OptionalScope = (typeof OPTIONAL_SCOPES)[number];

/** The scopes that the bot needs but Slack has not granted. `granted` is `null` when Slack did not say. */
export function missingScopes(granted: readonly string[] | null): RequiredScope[] {
  return granted === null ? [] : REQUIRED_SCOPES.filter((scope) => !granted.includes(scope));
}

/** The same for the optional scopes. */
export function declinedScopes(granted: readonly string[] | null): OptionalScope[] {
  return granted === null ? [] : OPTIONAL_SCOPES.filter((scope) => !granted.includes(scope));
}

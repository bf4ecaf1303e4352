// What the app may do in Slack, as the manifest asks for it.

export const SCOPES = ["commands", "chat:write", "chat:write.public"] as const;

/** Those that the manifest asks for and Slack has not granted. `granted`: null when Slack did not say. */
export function missingScopes(granted: readonly string[] | null): string[] {
  return granted === null ? [] : SCOPES.filter((scope) => !granted.includes(scope));
}

// What `npm run verify` says in a terminal about its options.

export const VERIFY_HELP = [
  "Checks the connection to Hex: whose token it is, which scopes it has, and what to do if something does not work.",
  "",
  "  npm run verify",
  "  npm run --silent verify -- --json",
  "",
  "  --json  prints one JSON object",
  "",
  "Needs HEX_API_TOKEN, in the environment or in .env, and HEX_WORKSPACE_URL if Hex is not at https://app.hex.tech.",
  "",
].join("\n");

/** `why`: what cannot be read. Ends in a newline. */
export function verifyMistake(why: string): string {
  return `${why}\n\n${VERIFY_HELP}`;
}

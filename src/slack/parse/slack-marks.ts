// What Slack makes of a command's text before an app gets it.

/**
 * Slack wraps links, addresses, channels and people in angle brackets, and escapes `&`, `<` and `>`. Gives the text as it was
 * typed.
 */
export function withoutSlackMarks(text: string): string {
  return text
    .replace(/<(https?:\/\/[^\s|<>]+)(?:\|([^<>]*))?>/g, (_, url: string, label?: string) =>
      // Slack adds the scheme that nobody typed.
      label !== undefined && url === `http://${label}` ? label : url,
    )
    .replace(/<([#@])[A-Z0-9]+\|([^\s|<>]+)>/g, "$1$2")
    .replace(/<mailto:([^\s|<>]+)(?:\|[^<>]*)?>/g, "$1")
    .replace(/&(amp|lt|gt);/g, (_, name: string) => (name === "amp" ? "&" : name === "lt" ? "<" : ">"));
}

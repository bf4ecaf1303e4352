// Undoes what Slack does to a command's text before an app gets it.

/**
 * Slack wraps links, addresses, telephone numbers, channels, people, groups and `@here` in angle brackets, and escapes `&`, `<` and
 * `>`. Returns the text as the person sees it. Marks without a name, such as `<@U012AB3CD>`, stay.
 */
export function withoutSlackMarks(text: string): string {
  const unmarked = text
    .replace(/<(https?:\/\/[^\s|<>]+)(?:\|([^<>]*))?>/gi, (_, url: string, label?: string) =>
      // Slack adds a scheme that nobody typed.
      label !== undefined && url === `http://${label}` ? label : url,
    )
    .replace(/<([#@])[A-Z0-9]+\|([^\s|<>]+)>/g, "$1$2")
    .replace(/<!(here|channel|everyone)(?:\|[^<>]*)?>/g, "@$1")
    .replace(/<!subteam\^[A-Z0-9]+\|@?([^\s|<>]+)>/g, "@$1")
    .replace(/<mailto:([^\s|<>]+)(?:\|[^<>]*)?>/g, "$1")
    .replace(/<tel:([^\s|<>]+)(?:\|([^<>]*))?>/g, (_, number: string, label?: string) => label || number);
  return unescaped(unmarked);
}

/** The same for the texts of what people picked, where Slack only escapes. */
export function unescaped(text: string): string {
  return text.replace(/&(amp|lt|gt);/g, (_, name: string) => (name === "amp" ? "&" : name === "lt" ? "<" : ">"));
}

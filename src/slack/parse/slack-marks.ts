// What Slack makes of a command's text before an app gets it.

/**
 * Slack wraps links, addresses, telephone numbers, channels, people, groups and `@here` in angle brackets, and escapes `&`, `<`
 * and `>`. Gives the text as the person sees it; what has no name in it, such as `<@U012AB3CD>`, stays.
 */
export function withoutSlackMarks(text: string): string {
  return text
    .replace(/<(https?:\/\/[^\s|<>]+)(?:\|([^<>]*))?>/gi, (_, url: string, label?: string) =>
      // Slack adds the scheme that nobody typed.
      label !== undefined && url === `http://${label}` ? label : url,
    )
    .replace(/<([#@])[A-Z0-9]+\|([^\s|<>]+)>/g, "$1$2")
    .replace(/<!(here|channel|everyone)(?:\|[^<>]*)?>/g, "@$1")
    .replace(/<!subteam\^[A-Z0-9]+\|@?([^\s|<>]+)>/g, "@$1")
    .replace(/<mailto:([^\s|<>]+)(?:\|[^<>]*)?>/g, "$1")
    .replace(/<tel:([^\s|<>]+)(?:\|([^<>]*))?>/g, (_, number: string, label?: string) => label || number)
    .replace(/&(amp|lt|gt);/g, (_, name: string) => (name === "amp" ? "&" : name === "lt" ? "<" : ">"));
}

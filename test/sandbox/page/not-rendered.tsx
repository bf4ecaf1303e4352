// The replacement for a block or an element that the page cannot draw.

import type { ReactNode } from "react";

export function NotRendered({ what }: { what: string }): ReactNode {
  return <p className="not-rendered">Not rendered: {what}. Slack itself shows it.</p>;
}

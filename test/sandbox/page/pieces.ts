// Draws the pieces of the page, and keeps those that have not changed.

import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import type { Piece } from "./wire.js";

export function piece(key: string, node: ReactNode): Piece {
  return { key, html: renderToStaticMarkup(node) };
}

/** Keeps what was drawn for objects that are replaced when they change. */
export class Drawn {
  readonly #html = new WeakMap<object, Map<string, string>>();

  /** `variant`: what else the drawing depends on. */
  html(of: object, variant: string, draw: () => ReactNode): string {
    const known = this.#html.get(of) ?? new Map<string, string>();
    this.#html.set(of, known);
    const html = known.get(variant) ?? renderToStaticMarkup(draw());
    known.set(variant, html);
    return html;
  }
}

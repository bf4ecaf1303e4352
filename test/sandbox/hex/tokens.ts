// API tokens: whose they are, what they may do, and until when.

import { randomBytes, randomUUID } from "node:crypto";
import type { Scope, TokenKind, TokenOptions, TokenUser } from "./types.js";

export interface Token {
  /** The id of its user, or of the token itself if it belongs to the workspace. */
  readonly id: string;
  readonly kind: TokenKind;
  readonly user: TokenUser;
  /** Epoch ms. */
  readonly lastLoginAt: number;
  scopes: ReadonlySet<Scope>;
  /** Epoch ms. `null`: never. */
  expiresAt: number | null;
}

export const DEFAULT_USER: Readonly<TokenUser> = { name: "Ada Lovelace", email: "ada@example.com", role: "EDITOR" };

export class Tokens {
  #tokens = new Map<string, Token>();

  /** Returns the secret: a prefix and 96 hex digits. */
  add(options: TokenOptions, now: number): string {
    const kind = options.kind ?? "personal";
    const secret = `${kind === "personal" ? "hxtp" : "hxtw"}_${randomBytes(48).toString("hex")}`;
    this.#tokens.set(secret, {
      id: randomUUID(),
      kind,
      user: options.user ?? DEFAULT_USER,
      lastLoginAt: now,
      scopes: new Set(options.scopes ?? ["read", "run"]),
      expiresAt: options.expiresAt ?? null,
    });
    return secret;
  }

  revoke(secret: string): void {
    this.#tokens.delete(secret);
  }

  /** Throws if there is no such token. */
  get(secret: string): Token {
    const token = this.#tokens.get(secret);
    if (!token) throw new Error("The simulated Hex has no such token (revoked?)");
    return token;
  }

  /** The token in an `Authorization` header, if it is valid at `now` (epoch ms). */
  authenticate(authorization: string | undefined, now: number): Token | undefined {
    const token = this.#tokens.get(/^Bearer (\S+)$/.exec(authorization ?? "")?.[1] ?? "");
    return token && (token.expiresAt ?? Number.POSITIVE_INFINITY) > now ? token : undefined;
  }
}

/**
 * The right to run includes reading. Only a workspace token needs a scope of its own to ask who it is, and for cells and data
 * connections.
 */
export function mayDo(token: Token, scope: Scope, readCoversCells: boolean): boolean {
  if (token.scopes.has(scope)) return true;
  if (scope === "read") return token.scopes.has("run");
  if (scope === "run") return false;
  const reads = token.scopes.has("read") || token.scopes.has("run");
  return token.kind === "personal" || (scope === "cells" && readCoversCells && reads);
}

/** Whose rate limit a request with this token counts against. */
export function budgetOwner(token: Token): string {
  return token.kind === "personal" ? token.user.email : token.id;
}

// The app as installed in the workspace: which scopes it was granted, and what its manifest lets Slack send.

import { type Manifest, readManifest, type Shortcut, scopeFor } from "./manifest.js";

export class Installation {
  /** What the app may do. */
  readonly scopes = new Set<string>();
  /** The Events API events that it subscribes to. */
  readonly events = new Set<string>();
  shortcuts: readonly Shortcut[] = [];
  homeTab = false;
  messagesTab = false;
  /** People cannot write to the bot. */
  isReadOnly = true;
  /** After the app was uninstalled, its tokens no longer work. */
  isRemoved = false;

  constructor(manifest: Manifest, declined: readonly string[]) {
    this.install(manifest, declined);
  }

  /**
   * Installs the app again, possibly with another manifest. `declined`: the optional scopes that are unticked. Scopes add up: a
   * scope that was granted earlier stays.
   */
  install(given: unknown, declined: readonly string[] = []): void {
    const { features, oauth_config, settings } = readManifest(given);
    const { bot, bot_optional } = oauth_config.scopes;
    for (const scope of declined) {
      if (!bot_optional.includes(scope)) throw new Error(`The scope ${scope} is not optional.`);
    }
    for (const scope of bot) if (!declined.includes(scope)) this.scopes.add(scope);
    this.events.clear();
    for (const event of settings.event_subscriptions?.bot_events ?? []) this.events.add(event);
    this.shortcuts = features.shortcuts;
    this.homeTab = features.app_home?.home_tab_enabled ?? false;
    this.messagesTab = features.app_home?.messages_tab_enabled ?? false;
    this.isReadOnly = features.app_home?.messages_tab_read_only_enabled ?? true;
    this.isRemoved = false;
  }

  /** Whether the app receives this event: it must subscribe to it and have the scope. */
  hears(event: string): boolean {
    const scope = scopeFor(event);
    return !this.isRemoved && this.events.has(event) && (scope === null || this.scopes.has(scope));
  }
}

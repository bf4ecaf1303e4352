// Why there is no Socket Mode connection, if that is for good.

/** Slack refused to open a Socket Mode connection or could not be asked. This is about the app token, not the bot token. */
export class SocketModeError extends Error {
  override readonly name = "SocketModeError";
  constructor(override readonly cause: unknown) {
    super("Socket Mode could not be opened");
  }
}

/** Slack has ended all connections for good because somebody switched Socket Mode off in the app's settings. */
export class SocketModeOffError extends Error {
  override readonly name = "SocketModeOffError";
  constructor() {
    super("Socket Mode is switched off");
  }
}

/** Slack ended a connection in place of a hello. `word`: Slack's reason, such as `too_many_websockets`. */
export class TurnedAwayError extends Error {
  override readonly name = "TurnedAwayError";
  constructor(readonly word: string) {
    super(`Slack did not take the connection: ${word}`);
  }
}

/** The app token is another app's. The bot would wait for envelopes that come to nobody. */
export class OtherAppError extends Error {
  override readonly name = "OtherAppError";
  constructor() {
    super("The app token belongs to another app");
  }
}

// How requests leave the machine: straight, or through the proxies that the environment names.

import { type Dispatcher, EnvHttpProxyAgent, Pool } from "undici";

/** Which requests go through which proxy. URLs with user and password, if the proxy wants them. */
export interface Proxies {
  /** For http, and for https too where `https` is null. */
  http: string | null;
  https: string | null;
  /** Hosts, and hosts with ports, that are reached without a proxy; separated by commas. */
  exceptions: string;
}

export interface Network {
  fetch: typeof fetch;
  /** For what opens connections by itself, such as a WebSocket; undefined: straight. */
  dispatcher: Dispatcher | undefined;
  /** Ends all connections. */
  close: () => Promise<void>;
}

/** The proxy did not let a request through: what it was meant for never saw it. */
export class ProxyError extends Error {
  override readonly name = "ProxyError";

  /**
   * @param proxy its host and port
   * @param status what it answered to CONNECT; null when it could not be reached
   */
  constructor(
    readonly proxy: string,
    readonly status: number | null,
    cause?: unknown,
  ) {
    super(status === null ? `the proxy ${proxy} cannot be reached` : `the proxy ${proxy} answered ${status}`, {
      cause,
    });
  }
}

/** @param proxies null: everything goes straight */
export function createNetwork(proxies: Proxies | null): Network {
  if (proxies === null) return { fetch, dispatcher: undefined, close: async () => undefined };
  const { http, https, exceptions } = proxies;
  const dispatcher = new EnvHttpProxyAgent({
    // Empty, so that the agent does not read the environment by itself.
    httpProxy: http ?? "",
    httpsProxy: https ?? "",
    noProxy: exceptions,
    clientFactory: tunnelsTo,
  });
  return {
    // Not as a literal: Node's types know the dispatcher of an undici of their own, which takes this one too.
    fetch: (input, init) => fetch(input, Object.assign({}, init ?? {}, { dispatcher })),
    dispatcher,
    close: () => dispatcher.destroy(),
  };
}

/** The ProxyError behind what `fetch` or a WebSocket failed with; null when there is none. */
export function proxyErrorIn(error: unknown): ProxyError | null {
  for (let depth = 0, one = error; depth < 6 && one instanceof Error; depth++) {
    if (one instanceof ProxyError) return one;
    one = one.cause ?? ("original" in one ? one.original : undefined);
  }
  return null;
}

/** Connections to the proxy. undici tells neither what it answered nor that it was the proxy which failed. */
function tunnelsTo(origin: URL, options: object): Pool {
  const pool = new Pool(origin, options);
  const connect = pool.connect.bind(pool);
  const connectThrough = async (wanted: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> => {
    const answer = await connect(wanted).catch((error: unknown) => {
      throw new ProxyError(origin.host, null, error);
    });
    if (answer.statusCode === 200) return answer;
    answer.socket.on("error", () => undefined).destroy();
    throw new ProxyError(origin.host, answer.statusCode);
  };
  return Object.assign(pool, { connect: connectThrough });
}

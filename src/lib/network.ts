// How requests leave the machine: directly, or through the proxies that the environment names.

import { type Dispatcher, EnvHttpProxyAgent, Pool } from "undici";

/** Which requests go through which proxy. The URLs contain a user and password if the proxy needs them. */
export interface Proxies {
  /** For http, and also for https when `https` is `null`. */
  http: string | null;
  https: string | null;
  /** Hosts, with or without ports, to reach without a proxy; separated by commas. */
  exceptions: string;
}

export interface Network {
  fetch: typeof fetch;
  /** For code that opens connections itself, such as a WebSocket; `undefined` for direct connections. */
  dispatcher: Dispatcher | undefined;
  /** Closes all connections. */
  close: () => Promise<void>;
}

/** The proxy did not let a request through, so its target never saw it. */
export class ProxyError extends Error {
  override readonly name = "ProxyError";

  /**
   * @param proxy the proxy's host and port
   * @param status its answer to CONNECT; `null` when it could not be reached
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

/** @param proxies `null` for direct connections only */
export function createNetwork(proxies: Proxies | null): Network {
  if (proxies === null) return { fetch, dispatcher: undefined, close: async () => undefined };
  const { http, https, exceptions } = proxies;
  const dispatcher = new EnvHttpProxyAgent({
    // Empty strings keep the agent from reading the environment itself.
    httpProxy: http ?? "",
    httpsProxy: https ?? "",
    noProxy: exceptions,
    clientFactory: tunnelsTo,
  });
  return {
    // Not as a literal, because Node's types have the dispatcher of their own undici, which accepts this one too.
    fetch: (input, init) => fetch(input, Object.assign({}, init ?? {}, { dispatcher })),
    dispatcher,
    close: () => dispatcher.destroy(),
  };
}

/** The ProxyError that made `fetch` or a WebSocket fail; `null` when there is none. */
export function proxyErrorIn(error: unknown): ProxyError | null {
  for (let depth = 0, one = error; depth < 6 && one instanceof Error; depth++) {
    if (one instanceof ProxyError) return one;
    one = one.cause ?? ("original" in one ? one.original : undefined);
  }
  return null;
}

/** Connections to the proxy. undici itself says neither what the proxy answered nor that it was the proxy that failed. */
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

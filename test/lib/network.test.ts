// How requests leave the machine: directly or through a real CONNECT proxy, and what is said when that refuses.

import { createServer } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createNetwork, type Network, type ProxyError, proxyErrorIn } from "../../src/lib/network.js";
import { type ConnectProxy, startConnectProxy } from "../sandbox/connect-proxy.js";
import { closeServer, listen } from "../sandbox/local-server.js";

const target = createServer((request, response) => response.end(`${request.method} ${request.url}`));
let proxy: ConnectProxy;
let network: Network | null = null;
let origin: string;

beforeEach(async () => {
  proxy = await startConnectProxy("olga:p@ss word%");
  origin = `http://127.0.0.1:${await listen(target)}`;
});
afterEach(async () => {
  await network?.close();
  await proxy.stop();
  await closeServer(target);
});

function through(url: string, exceptions = ""): Network {
  network = createNetwork({ http: url, https: null, exceptions });
  return network;
}

/** Why a request failed. */
async function failure(): Promise<ProxyError | null> {
  const error: unknown = await network?.fetch(origin).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  return proxyErrorIn(error);
}

test("a request goes through the proxy, with its user and password", async () => {
  const answer = await through(proxy.url).fetch(`${origin}/x`, { method: "POST", body: "hi" });
  expect(await answer.text()).toBe("POST /x");
  expect(proxy.asked).toEqual([new URL(origin).host]);
});

test.each(["127.0.0.1", "*", "example.com,127.0.0.1"])("NO_PROXY=%s: straight", async (exceptions) => {
  const answer = await through(proxy.url, exceptions).fetch(origin);
  expect(await answer.text()).toBe("GET /");
  expect(proxy.asked).toEqual([]);
});

test("without proxies: straight", async () => {
  network = createNetwork(null);
  expect(network.dispatcher).toBeUndefined();
  expect(await (await network.fetch(origin)).text()).toBe("GET /");
});

test("a proxy that wants another password, or refuses the host, is named with its answer, never its password", async () => {
  through(proxy.url.replace("olga", "nobody"));
  const unknown = await failure();
  expect(unknown).toMatchObject({ proxy: proxy.host, status: 407 });
  expect(String(unknown?.message)).not.toContain("p%40ss");
  through(proxy.url);
  proxy.refuses = 403;
  expect(await failure()).toMatchObject({ proxy: proxy.host, status: 403 });
});

test("a proxy that is not there is named", async () => {
  await proxy.stop();
  through(proxy.url);
  expect(await failure()).toMatchObject({ proxy: proxy.host, status: null });
  proxy = await startConnectProxy();
});

test("a target that does not exist is not the proxy's fault", async () => {
  through(proxy.url);
  proxy.refuses = 502;
  expect(await failure()).toMatchObject({ status: 502 });
  expect(proxyErrorIn(new Error("fetch failed", { cause: new Error("ECONNREFUSED") }))).toBeNull();
});

test("a proxy that says nothing does not outlast the request's own limit", async () => {
  through(proxy.url);
  proxy.refuses = "hangs";
  await expect(network?.fetch(origin, { signal: AbortSignal.timeout(200) })).rejects.toThrow(/timeout/i);
});

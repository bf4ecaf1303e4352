const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** The 22 characters that stand for a UUID in Hex's links: its 128 bits as one number in base 62. */
export function shortIdOf(uuid: string): string {
  let left = BigInt(`0x${uuid.replaceAll("-", "")}`);
  let short = "";
  for (let place = 0; place < 22; place++) {
    short = BASE62.charAt(Number(left % 62n)) + short;
    left /= 62n;
  }
  return short;
}

// The picture of a chart cell: a small PNG with bars.

import { crc32, deflateSync } from "node:zlib";

const PALETTE = [0xff, 0xff, 0xff, 0x5b, 0x4b, 0xdb];
const BARS = [0.35, 0.6, 0.45, 0.8, 0.95, 0.7, 0.85];

/** `width` and `height` in pixels. */
export function chartPng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8; // bits a pixel
  header[9] = 3; // colours from a palette
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("PLTE", Buffer.from(PALETTE)),
    chunk("IDAT", deflateSync(pixels(width, height))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** One byte per pixel (0 is paper, 1 is a bar), with a filter byte at the beginning of each row. */
function pixels(width: number, height: number): Buffer {
  const rows = Buffer.alloc((width + 1) * height);
  const slot = width / BARS.length;
  for (const [index, share] of BARS.entries()) {
    const left = 1 + Math.round((index + 0.15) * slot);
    const right = 1 + Math.round((index + 0.85) * slot);
    for (let y = Math.round(height * (1 - share)); y < height; y++) {
      rows.fill(1, y * (width + 1) + left, y * (width + 1) + right);
    }
  }
  return rows;
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, "ascii"), data]);
  const framed = Buffer.alloc(typed.length + 8);
  framed.writeUInt32BE(data.length, 0);
  typed.copy(framed, 4);
  framed.writeUInt32BE(crc32(typed), typed.length + 4);
  return framed;
}

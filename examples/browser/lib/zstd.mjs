// Zstandard (RFC 8878), which zlib of Node 20 does not write: a frame of one block that is not compressed.
const MAGIC = 0xfd2fb528;
// One segment, and four bytes for the size of its content.
const DESCRIPTOR = 0xa0;
const BLOCK_LIMIT = 128 * 1024;

export function zstd(content) {
  if (content.length > BLOCK_LIMIT) throw new RangeError('more than a block');
  const head = Buffer.alloc(12);
  head.writeUInt32LE(MAGIC, 0);
  head.writeUInt8(DESCRIPTOR, 4);
  head.writeUInt32LE(content.length, 5);
  // The last block, as it is.
  head.writeUIntLE((content.length << 3) | 1, 9, 3);
  return Buffer.concat([head, content]);
}

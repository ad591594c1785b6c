// Files in one archive (ZIP, as APPNOTE.TXT of PKWARE describes it).

const [FILE, IN_DIRECTORY, END] = [0x04034b50, 0x02014b50, 0x06054b50];
const VERSION = 20;
const UTF_8 = 0x800;
const DEFLATED = 8;
const [MIDNIGHT, JANUARY_1980] = [0, 0x21];
const POLYNOMIAL = 0xedb88320;

const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1;
  return rest;
});

/** Texts by their names, `[[name, text], …]`, as a blob of this type. */
export async function archiveOf(texts, type) {
  const files = [];
  const directory = [];
  let offset = 0;
  for (const [name, text] of texts) {
    const entry = await entryOf(name, new TextEncoder().encode(text));
    directory.push(inDirectory(entry, offset));
    files.push(...entry.parts);
    offset += sizeOf(entry.parts);
  }
  const end = endOf(directory.length, sizeOf(directory), offset);
  return new Blob([...files, ...directory, end], { type });
}

async function entryOf(name, content) {
  const packed = new Uint8Array(await deflated(content));
  const label = new TextEncoder().encode(name);
  const about = joined(
    short(VERSION, UTF_8, DEFLATED, MIDNIGHT, JANUARY_1980),
    long(checksum(content), packed.length, content.length),
    short(label.length, 0),
  );
  return { label, about, parts: [joined(long(FILE)), about, label, packed] };
}

const deflated = (content) =>
  new Response(
    new Blob([content]).stream().pipeThrough(new CompressionStream("deflate-raw")),
  ).arrayBuffer();

const inDirectory = ({ label, about }, offset) =>
  joined(long(IN_DIRECTORY), short(VERSION), about, short(0, 0, 0), long(0, offset), label);

const endOf = (count, size, offset) =>
  joined(long(END), short(0, 0, count, count), long(size, offset), short(0));

/** CRC-32 (ISO 3309). */
function checksum(bytes) {
  let rest = 0xffffffff;
  for (const byte of bytes) rest = REMAINDERS[(rest ^ byte) & 0xff] ^ (rest >>> 8);
  return (rest ^ 0xffffffff) >>> 0;
}

/** Numbers of two bytes, the least byte first. */
const short = (...values) => values.flatMap((value) => [value & 0xff, (value >>> 8) & 0xff]);

/** Numbers of four bytes, the least byte first. */
const long = (...values) => values.flatMap((value) => short(value & 0xffff, value >>> 16));

const joined = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));

const sizeOf = (parts) => parts.reduce((sum, part) => sum + part.length, 0);

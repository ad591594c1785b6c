// The column names of a Parquet file, read from its footer without sending or reading the rest.
// The footer is a FileMetaData structure in Thrift's compact protocol; its second field lists the
// schema. Whatever is unexpected yields no names: the service judges the file, not this page.

const TAIL_BYTES = 8;
const LONGEST_FOOTER_BYTES = 4_000_000;
const SCHEMA = 2;
const NAME = 4;
const CHILDREN = 5;
const TYPE = {
  true: 1,
  false: 2,
  byte: 3,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
};

/** Names of the top-level columns of a file, or an empty list. */
export async function columnNames(file) {
  try {
    return namesIn(await footerOf(file));
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

async function footerOf(file) {
  const tail = new DataView(await file.slice(-TAIL_BYTES).arrayBuffer());
  const length = tail.getUint32(0, true);
  if (tail.getUint32(4) !== 0x50415231 || length > LONGEST_FOOTER_BYTES) {
    throw new RangeError("no Parquet footer");
  }
  return file.slice(-TAIL_BYTES - length, -TAIL_BYTES).arrayBuffer();
}

function namesIn(footer) {
  const reader = { view: new DataView(footer), at: 0 };
  for (const [id, type] of fields(reader)) {
    if (id === SCHEMA) return topLevelNames(schemaElements(reader));
    skip(reader, type);
  }
  return [];
}

/** The schema is a tree in depth-first order; the root comes first and the leaves have no children. */
function topLevelNames([root, ...elements]) {
  const names = [];
  let position = 0;
  const passOver = () => {
    const { children } = elements[position++];
    for (let child = 0; child < children; child += 1) passOver();
  };
  while (names.length < root.children && position < elements.length) {
    names.push(elements[position].name);
    passOver();
  }
  return names;
}

function schemaElements(reader) {
  const [size] = listHeader(reader);
  return Array.from({ length: size }, () => schemaElement(reader));
}

function schemaElement(reader) {
  const found = { name: "", children: 0 };
  for (const [id, type] of fields(reader)) {
    if (id === NAME) found.name = text(reader);
    else if (id === CHILDREN) found.children = zigzag(varint(reader));
    else skip(reader, type);
  }
  return found;
}

function* fields(reader) {
  let id = 0;
  for (;;) {
    const header = byte(reader);
    if (header === 0) return;
    id = header >> 4 ? id + (header >> 4) : zigzag(varint(reader));
    yield [id, header & 15];
  }
}

function skip(reader, type) {
  if (type === TYPE.true || type === TYPE.false) return;
  if (type === TYPE.byte) reader.at += 1;
  else if (type === TYPE.double) reader.at += 8;
  else if (type === TYPE.binary) reader.at += varint(reader);
  else if (type === TYPE.struct) for (const [, inner] of fields(reader)) skip(reader, inner);
  else if (type === TYPE.list || type === TYPE.set) skipList(reader);
  else if (type === TYPE.map) throw new RangeError("a map is not expected in a footer");
  else varint(reader);
}

function skipList(reader) {
  const [size, type] = listHeader(reader);
  const isFlag = type === TYPE.true || type === TYPE.false; // one byte each inside a list
  for (let item = 0; item < size; item += 1) skip(reader, isFlag ? TYPE.byte : type);
}

function listHeader(reader) {
  const header = byte(reader);
  const size = header >> 4 === 15 ? varint(reader) : header >> 4;
  if (size > reader.view.byteLength) throw new RangeError("more items than bytes");
  return [size, header & 15];
}

function text(reader) {
  const length = varint(reader);
  const bytes = new Uint8Array(reader.view.buffer, reader.at, length);
  reader.at += length;
  return new TextDecoder().decode(bytes);
}

const byte = (reader) => reader.view.getUint8(reader.at++);
const zigzag = (value) => (value % 2 ? -(value + 1) / 2 : value / 2);

function varint(reader) {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const part = byte(reader);
    value += (part & 127) * factor;
    if (part < 128) return value;
  }
}

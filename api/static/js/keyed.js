// A list whose rows stay the same nodes while their items change and move.

import { longestIncreasing } from "./increasing.js";

export class KeyedList {
  #parent;
  #create;
  #rows = new Map();

  /** `create(item)` returns `{node, update(item)}`. */
  constructor(parent, create) {
    this.#parent = parent;
    this.#create = create;
  }

  /** Show exactly these `[key, item]` pairs, in this order, touching only what differs. */
  show(entries) {
    const wanted = new Set(entries.map(([key]) => key));
    for (const [key, row] of this.#rows) if (!wanted.has(key)) this.#remove(key, row);
    const rows = entries.map(([key, item]) => this.#row(key, item));
    this.#arrange(rows);
  }

  /** Move as few nodes as possible: those that already stand in the right order stay. */
  #arrange(rows) {
    const staying = longestIncreasing(rows.map((row) => row.position));
    let next = null;
    for (let position = rows.length - 1; position >= 0; position -= 1) {
      const row = rows[position];
      if (!staying.has(position)) this.#parent.insertBefore(row.node, next);
      row.position = position;
      next = row.node;
    }
  }

  #row(key, item) {
    let row = this.#rows.get(key);
    if (!row) {
      row = { ...this.#create(item), item: undefined, position: -1 };
      this.#rows.set(key, row);
    }
    if (row.item !== item) {
      row.item = item;
      row.update(item);
    }
    return row;
  }

  #remove(key, row) {
    row.node.remove();
    this.#rows.delete(key);
  }
}

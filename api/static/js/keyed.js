// A list whose rows stay the same nodes while their items change and move.

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
    let place = this.#parent.firstChild;
    for (const [key, item] of entries) {
      const row = this.#row(key, item);
      if (row.node === place) place = place.nextSibling;
      else this.#parent.insertBefore(row.node, place);
    }
  }

  #row(key, item) {
    let row = this.#rows.get(key);
    if (!row) {
      row = { ...this.#create(item), item: undefined };
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

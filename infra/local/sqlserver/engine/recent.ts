/** A small cache: keeps the values asked for most recently. */
export class Recent<Key, Value> {
  readonly #values = new Map<Key, Value>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** The value of `key`, made by `make` when it is not at hand. What `make` throws is not kept. */
  get(key: Key, make: () => Value): Value {
    const found = this.#values.has(key) ? (this.#values.get(key) as Value) : make();
    // Put last: a Map keeps the order in which its keys came.
    this.#values.delete(key);
    this.#values.set(key, found);
    for (const oldest of this.#values.keys()) {
      if (this.#values.size <= this.#most) break;
      this.#values.delete(oldest);
    }
    return found;
  }
}

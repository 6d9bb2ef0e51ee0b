// Chance that can be had again: everything random in the fuzzer comes from a Dice and thereby from its seed.

/** A stream of random choices, the same for the same seed (mulberry32 over a 32-bit FNV-1a hash of the text). */
export class Dice {
  /** @param {string} seed any text */
  constructor(seed) {
    let hash = 2166136261;
    for (const char of seed) hash = Math.imul(hash ^ char.codePointAt(0), 16777619);
    this.state = hash >>> 0;
  }

  /** Return a number from 0 up to, not including, 1. */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** Return a whole number from `low` to `high`, both included. */
  int(low, high) {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** Return true with probability `p`. */
  chance(p) {
    return this.next() < p;
  }

  /** Return one of a list. */
  pick(list) {
    return list[this.int(0, list.length - 1)];
  }

  /** Return one of the keys of `weights`, each as probable as its number says. */
  weigh(weights) {
    let left = this.next() * Object.values(weights).reduce((sum, weight) => sum + weight, 0);
    for (const [key, weight] of Object.entries(weights)) {
      left -= weight;
      if (left < 0) return key;
    }
    return Object.keys(weights)[0];
  }

  /** Return `count` different members of a list, in random order. */
  some(list, count) {
    const rest = [...list];
    const out = [];
    while (out.length < count && rest.length) out.push(...rest.splice(this.int(0, rest.length - 1), 1));
    return out;
  }

  /** Return `count` characters of an alphabet. */
  text(count, alphabet = "0123456789") {
    const letters = [...alphabet];
    return Array.from({ length: count }, () => this.pick(letters)).join("");
  }
}

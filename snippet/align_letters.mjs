// Carries letters over from an older text of the script to one whose sources have changed: what stands at the same place in
// both gets the same letter.
const WORDS = /\$p?\d+\$|\w+|\W/g;
const NAME = /^(\$p?\d+\$|[a-z_])$/i;

/**
 * Choose a letter for each name of `numbered` (see numbered.mjs): the one that its places have in the older text. Names
 * without one take the first of `alphabet` that none of their `rivals` has.
 */
export function aligned(older, numbered, rivals, alphabet) {
  const votes = new Map();
  for (const [letter, name] of pairs(older.match(WORDS), numbered.match(WORDS))) {
    const found = votes.get(name) ?? new Map();
    votes.set(name, found.set(letter, (found.get(letter) ?? 0) + 1));
  }
  const count = (name) => [...(votes.get(name)?.values() ?? [])].reduce((a, b) => a + b, 0);
  const letters = new Map();
  for (const name of [...rivals.keys()].sort((a, b) => count(b) - count(a))) {
    const taken = new Set(rivals.get(name).map((rival) => letters.get(rival)));
    const wanted = [...(votes.get(name) ?? [])].sort((a, b) => b[1] - a[1]).map(([letter]) => letter);
    letters.set(
      name,
      [...wanted, ...alphabet].find((letter) => !taken.has(letter)),
    );
  }
  return letters;
}

/** Pair the names of two texts, word by word, by their longest common subsequence in which any name is like any other. */
function pairs(a, b) {
  const [likeA, likeB] = [a, b].map((words) => words.map((word) => (NAME.test(word) ? "#" : word)));
  const width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] =
        likeA[i] === likeB[j]
          ? common[(i + 1) * width + j + 1] + 1
          : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
  const found = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (likeA[i] === likeB[j]) {
      if (likeA[i] === "#") found.push([a[i], b[j]]);
      [i, j] = [i + 1, j + 1];
    } else if (common[(i + 1) * width + j] >= common[i * width + j + 1]) i++;
    else j++;
  }
  return found;
}

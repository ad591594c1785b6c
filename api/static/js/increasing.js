// The longest increasing subsequence, found by patience sorting in n log n steps.

/** Indexes of a longest strictly increasing run of the non-negative values, as a set. */
export function longestIncreasing(values) {
  const tails = []; // indexes: the smallest end of a run of each length
  const before = new Array(values.length);
  values.forEach((value, index) => {
    if (value < 0) return;
    const length = firstNotBelow(tails, values, value);
    before[index] = tails[length - 1];
    tails[length] = index;
  });
  const chosen = new Set();
  for (let index = tails.at(-1); index !== undefined; index = before[index]) chosen.add(index);
  return chosen;
}

function firstNotBelow(tails, values, value) {
  let [low, high] = [0, tails.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[tails[middle]] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

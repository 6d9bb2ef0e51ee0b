// Looks for secrets in the bytes of a call: plain, URL-encoded once and twice, JSON-escaped, base64 at all three
// alignments, and numbers without their separators.

/** Secrets shorter than this are looked for as whole words of the person's values: their bytes alone prove nothing. */
const SHORT = 7;

/**
 * Return how a secret stands in a call, "" if it does not.
 * @param {{head: string, body: string}} call  Latin-1 text of the request
 * @param {{value: string, parts?: string[]}} secret
 */
export function findSecret(call, secret) {
  const layers = peel(`${call.head}\n${call.body}`);
  const { value } = secret;
  if (value.length >= SHORT) {
    if (layers.some((text) => text.includes(value))) return "plain or encoded";
    if (hasBase64(layers, value)) return "base64";
    const digits = bare(value);
    if (/\d{6}/.test(digits) && /^[\da-z]+$/i.test(digits) && layers.some((text) => bare(text).includes(digits)))
      return "without separators";
  }
  const words = [...(value.length < SHORT ? [value] : []), ...(secret.parts || [])];
  const said = values(call.body);
  for (const word of words) if (said.some((text) => isWord(text, word))) return `the value ${word}`;
  return "";
}

const bare = (text) => text.replace(/[\s.\-/+()]/g, "");

// The text as it is, and with its encodings taken off one after the other.
function peel(text) {
  const layers = [Buffer.from(text, "latin1").toString()];
  for (let i = 0; i < 3; i++) {
    const last = layers[layers.length - 1];
    const next = unescape_(decode(last));
    if (next === last) break;
    layers.push(next);
  }
  return layers;
}

// Runs of %XX that are no UTF-8 stay what they are.
const decode = (text) =>
  text.replace(/\+/g, " ").replace(/(%[\da-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });

const unescape_ = (text) =>
  text
    .replace(/\\u([\da-f]{4})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\\(["\\/])/g, "$1");

function hasBase64(layers, value) {
  return [0, 1, 2].some((offset) => {
    const text = Buffer.from("\0".repeat(offset) + value).toString("base64url");
    // The first letters mix with what stands before, the last one with what comes after.
    const needle = text.slice([0, 2, 3][offset], Math.floor(((offset + Buffer.byteLength(value)) * 8) / 6));
    return (
      needle.length > 7 && layers.some((layer) => layer.replace(/\+| /g, "-").replace(/\//g, "_").includes(needle))
    );
  });
}

// Leaf values of all that is ours neither by name: the person, and fields that the script does not have.
function values(body) {
  const own = /^(client_key|capture_id|stage|page|page_no|referrer|utm_\w+)$/;
  const out = [];
  for (const [key, text] of new URLSearchParams(Buffer.from(body, "latin1").toString()))
    if (!own.test(key)) collect(key === "person" ? parse(text) : text, out);
  return out;
}

function collect(value, out) {
  if (value && typeof value === "object") for (const item of Object.values(value)) collect(item, out);
  else out.push(String(value));
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

// "04/29" in "04/29 x", not "123" in "41234"; one digit must be the whole value.
function isWord(text, word) {
  if (word.length < 3 || !text.includes(word)) return text === word;
  const at = text.indexOf(word);
  return !/[\p{L}\p{N}]/u.test(
    text.slice(Math.max(at - 1, 0), at) + text.slice(at + word.length, at + word.length + 1),
  );
}

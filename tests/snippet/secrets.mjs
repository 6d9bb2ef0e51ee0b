// Looks for a text that must never leave the page, in all the ways in which a call could carry it.

/** Return the first form of `secret` that a call holds: "plain", "encoded" or "base64"; "" if there is none. */
export function findSecret(call, secret) {
  const raw = `${call.path}\n${call.body}`;
  const layers = decodings(raw);
  if (raw.includes(secret)) return "plain";
  if (layers.some((text) => text.includes(secret))) return "encoded";
  const parts = base64Parts(secret);
  return layers.some((text) => parts.some((part) => text.includes(part))) ? "base64" : "";
}

/** The text itself and what its URL, form and JSON decodings give, two deep. */
function decodings(text) {
  const layers = new Set([text]);
  for (let depth = 0; depth < 2; depth++)
    for (const one of [...layers]) for (const decode of [fromUrl, fromForm, fromJson]) layers.add(decode(one));
  return [...layers];
}

// Piece by piece, since one stray % must not hide the rest.
const fromUrl = (text) =>
  text.replace(/(%[0-9a-f]{2})+/gi, (piece) => Buffer.from(piece.replaceAll("%", ""), "hex").toString());
const fromForm = (text) => fromUrl(text.replaceAll("+", " "));
const fromJson = (text) =>
  text
    .replace(/\\u([0-9a-f]{4})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\\(["\\/])/g, "$1");

/** What base64 of any text that holds `secret` must contain: one for each of the three places it may start at. */
function base64Parts(secret) {
  const parts = [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
    const whole = bytes.subarray(0, bytes.length - (bytes.length % 3)).toString("base64");
    return whole.slice(before && 4);
  });
  const long = parts.filter((part) => part.length >= 4);
  return [...long, ...long.map((part) => part.replaceAll("+", "-").replaceAll("/", "_"))];
}

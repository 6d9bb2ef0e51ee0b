// The values of secrets: what visitors type that may never leave the page. Shapes and check digits are the real ones.

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const WORDS = ["correct", "horse", "battery", "staple", "maple", "quiver", "lantern", "pebble", "violet", "harbour"];

const PASSWORDS = {
  strong: (d) =>
    `${d.text(5, `${LETTERS}ABCDEFGHJKLM`)}${d.text(3, "&%+/=?#\"'\\<> ;,:")}${d.text(5, "23456789xyzQRS")}`,
  words: (d) => `${d.pick(WORDS)}${d.pick(["", "-", " "])}${d.pick(WORDS)}${d.text(3, LETTERS)}`,
  foreign: (d) => `${d.text(6, "äöüßéèçñøåłżабвгд")}${d.text(4, "€漢字かな!2")}`,
  digits: (d) => d.text(9),
  address: (d) => `${d.text(5, LETTERS)}@${d.text(5, LETTERS)}.${d.pick(["dog", "home"])}`,
};

/** Return a password; now and then one of digits, of words, or one that looks like an address. */
export const password = (d) => PASSWORDS[d.weigh({ strong: 6, words: 4, foreign: 2, digits: 1, address: 1 })](d);

/** Return the digits of a payment card that passes Luhn's check: Visa, Mastercard or American Express. */
export function card(d) {
  const [prefix, length] = d.pick([
    ["4", 16],
    ["51", 16],
    ["55", 16],
    ["2223", 16],
    ["37", 15],
    ["4", 19],
  ]);
  const body = prefix + d.text(length - prefix.length - 1);
  return body + luhn(body);
}

function luhn(body) {
  const sum = [...body].reverse().reduce((total, digit, i) => total + fold(Number(digit) * (i % 2 ? 1 : 2)), 0);
  return (10 - (sum % 10)) % 10;
}

const fold = (n) => (n > 9 ? n - 9 : n);

/** Return a card number as people write it: bare, or in groups of four with spaces, dashes or dots. */
export const spelled = (d, digits) => digits.replace(/(.{4})(?=.)/g, `$1${d.pick(["", " ", "-", " ", "."])}`);

/** Return the printed date of expiry, in the future. */
export const expiry = (d) =>
  `${String(d.int(1, 12)).padStart(2, "0")}${d.pick(["/", " / ", "-"])}${d.pick(["", "20"])}${d.int(29, 38)}`;

// Government numbers by country; `separated` ones are written with their separators or without.
const either = (d, bare, written) => (d.chance(0.5) ? bare : written);

export const GOVERNMENT = {
  us_ssn: (d) => `${d.int(100, 665)}-${d.int(10, 99)}-${d.int(1000, 9999)}`,
  br_cpf(d) {
    let n = d.text(9);
    for (const size of [10, 11]) {
      const rest = ([...n].reduce((sum, digit, i) => sum + digit * (size - i), 0) * 10) % 11;
      n += rest % 10;
    }
    return either(d, n, n.replace(/(...)(...)(...)(..)/, "$1.$2.$3-$4"));
  },
  de_steuer_id(d) {
    const n = d.text(1, "123456789") + d.text(9);
    let product = 10;
    for (const digit of n) product = (((Number(digit) + product) % 10 || 10) * 2) % 11;
    const whole = n + ((11 - product) % 10);
    return either(d, whole, whole.replace(/(..)(...)(...)(...)/, "$1 $2 $3 $4"));
  },
  fr_nir(d) {
    const n = `${d.int(1, 2)}${d.int(40, 99)}${String(d.int(1, 12)).padStart(2, "0")}${d.int(10, 95)}${d.text(6)}`;
    const key = String(97 - Number(BigInt(n) % 97n)).padStart(2, "0");
    return either(d, n + key, `${n.replace(/(.)(..)(..)(..)(...)(...)/, "$1 $2 $3 $4 $5 $6")} ${key}`);
  },
  es_dni(d) {
    const n = d.int(10000000, 99999999);
    return `${n}${spanishLetter(n)}`;
  },
  es_nie(d) {
    const first = d.int(0, 2);
    const rest = d.text(7);
    return `${"XYZ"[first]}${rest}${spanishLetter(Number(first + rest))}`;
  },
  in_aadhaar(d) {
    const n = d.text(1, "23456789") + d.text(10);
    const whole = n + verhoeff(n);
    return either(d, whole, whole.replace(/(....)(....)(....)/, "$1 $2 $3"));
  },
  uk_nino(d) {
    const n = d.text(2, "ABCEGHJKLMPRSTWXYZ") + d.text(6) + d.pick(["A", "B", "C", "D"]);
    return either(d, n, n.replace(/(..)(..)(..)(..)(.)/, "$1 $2 $3 $4 $5"));
  },
  // The last letter is drawn: only the shape is right.
  it_codice_fiscale: (d) =>
    `${d.text(6, "BCDFGLMNPRST")}${d.text(2)}${d.text(1, "ABCDEHLMPRST")}${d.int(10, 31)}${d.text(1, "ABCDEFGHL")}${d.text(3)}${d.text(1, "ABCDEFGH")}`,
};

const spanishLetter = (n) => "TRWAGMYFPDXBNJZSQVHLCKE"[n % 23];

// Verhoeff's check digit by the dihedral group D5 (multiplication computed, permutation powers applied).
const times = (a, b) =>
  a < 5 ? (b < 5 ? (a + b) % 5 : ((a + b) % 5) + 5) : b < 5 ? ((a - b + 5) % 5) + 5 : (a - b + 5) % 5;
const PERMUTATION = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

function verhoeff(body) {
  let check = 0;
  [...body].reverse().forEach((digit, i) => {
    let n = Number(digit);
    for (let power = 0; power <= i; power++) n = PERMUTATION[n];
    check = times(check, n);
  });
  return [0, 4, 3, 2, 1, 5, 6, 7, 8, 9][check];
}

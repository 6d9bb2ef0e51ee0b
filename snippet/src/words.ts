// The words by which fields and forms are recognised. words.world.ts has the same for more of the world's languages; which
// of the two is built in is the only difference between stacklead.js and stacklead.world.js.

// Hard stop, whatever else a field says: passwords, whose text is none of ours anywhere, and cards, whose names and towns
// may well be the visitor's own in other fields.
export const NEVER = /\bpin|[^ye]code|pwd|wo+r[td]\b|passw|contras|senha|secret|passe?\b|parola/;

export const CARD = /cc-|card[^i.p]/;

// Somebody else's.
export const STRANGER = /\brefer|recipi|\|cc\||friend|collea/;

// An address is asked for.
export const ASKED = /mail|correo/;

// Of no interest to us; an address here is no visitor's, unless the field says that it wants one.
export const ASIDE =
  /\|to\||indus|size|role|display|nick|crun|title|(domain|user|event|device|product).?na|login|insur|search/;

// First match wins, so the narrow ones stand above the wide ones. City, state and country become the one documented
// location; "n" is a name of whatever kind is missing.
export const TABLE: Record<string, RegExp> = {
  twitter: /twitter/,
  linkedin: /linked/,
  name: /full.?n[^[]*$|(et|[i&y,d]) (nom|naz|pr.nom|nac|vor|ape)|r\[name|first.+last/,
  first_name: /\bf.?name|first|\bimi|given|pr.nom|mei\b|vo+rn/,
  last_name: /\bl.?name|ach(ter)?na|apell|\|(cogn|sobr)|surname|sei\b|mily.?n|nazwi|last/,
  city: /\bort\b|town|ville\b|level2|stad|[^ioa]ci(t[^i]|u?dad)|plaats|miast/,
  country: /\bland\b|countr/,
  state: /state[^m]|county|level1|region|provin/,
  "": ASIDE,
  company_website: /web.?[sa]|(ny.?|\|)url/,
  company: /\bfirm|business|agenc|instit|organi.a|soci.t|azien|company|untern|drij|empresa|employer/,
  location: /location/,
  n: /\b(nom|naam)|t.pers|name(..?req| on|[^a-z]*\|)|anspr/,
};

// In a log-in form these lead to a new password, or a new account.
export const LINKS = "[href*=passw i]";

// A log-in form has more of these than of those.
export const LOGIN = /f=\S*passw|sign.?[io]n|log.?[io]n|logg|current-p/i;
export const NEW = /guest|[^n]regist|creat|sign.?up|new-p/i;

// The words by which fields and forms are recognised. words.world.ts has the same for more of the world's languages; which
// of the two is built in is the only difference between stacklead.js and stacklead.world.js.

// Hard stop, whatever else a field says: passwords, whose text is none of ours anywhere, and cards, whose names and towns
// may well be the visitor's own in other fields.
export const NEVER = /\bpin|[^y]code|contras|wo+r[td]\b|passw|secret|senha|passe?\b|parola|pwd/;

export const CARD = /cc-|card[^i.p]/;

// Somebody else's.
export const STRANGER = /\brefer|friend|colleag|recipi|\|cc\|/;

// An address is asked for.
export const ASKED = /mail|correo/;

// Of no interest to us; an address here is no visitor's, unless the field says that it wants one.
export const ASIDE =
  /\|to\||size|display|crunc|indus|title|role|nick|(device|user|product|domain|event).?na|login|insur|search/;

// First match wins, so the narrow ones stand above the wide ones. City, state and country become the one documented
// location; "n" is a name of whatever kind is missing.
export const TABLE: Record<string, RegExp> = {
  linkedin: /linked/,
  twitter: /twitter/,
  name: /full.?n[^[]*$|r\[name|first.+last|(et|[i,d&y]) (nom|naz|pr.nom|nac|vor|ape)/,
  first_name: /\bf.?name|first|given|pr.nom|mei\b|vo+rn|\bimi/,
  last_name: /\bl.?name|surname|ach(ter)?na|apell|\|(cogn|sobr)|sei\b|mily.?n|nazwi|last/,
  city: /\bort\b|town|ville\b|level2|[^ioa]ci(t[^i]|u?dad)|plaats|stad|miast/,
  state: /state\b|level1|provin/,
  country: /country/,
  "": ASIDE,
  company_website: /web.?[sa]|(ny.?|\|)url/,
  company: /\bfirm|drij|business|organi.a|company|employer|untern|soci.t|empresa|azien|instit/,
  location: /location/,
  n: /\b(nom|naam)|anspr|t.pers|name(..?req| on|[^a-z]*\|)/,
};

// In a log-in form these lead to a new password, or a new account.
export const LINKS = "[href*=passw i]";

// A log-in form has more of these than of those.
export const LOGIN = /f=\S*passw|sign.?[io]n|log.?[io]n|current-p/i;
export const NEW = /guest|[^n]regist|creat|sign.?up|new-p/i;

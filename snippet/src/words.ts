// The words by which fields and forms are recognised. words.world.ts has the same for more of the world's languages; which
// of the two is built in is the only difference between stacklead.js and stacklead.world.js.

// Hard stop, whatever else a field says: passwords, whose text is none of ours anywhere, and cards, whose names and towns
// may well be the visitor's own in other fields.
export const NEVER = /\bpin|[^y]code|contras|passw|secret|passe?\b|parola|senha|wo+r[td]\b|pwd/;

export const CARD = /cc-|card[^p.i]/;

// Somebody else's.
export const STRANGER = /\brefer|colleag|friend|\|cc\||recipi/;

// An address is asked for.
export const ASKED = /correo|mail/;

// Of no interest to us; an address here is no visitor's, unless the field says that it wants one.
export const ASIDE =
  /\|to\||nick|display|indus|size|crunc|role|(user|product|domain|device|event).?na|title|login|insur|search/;

// First match wins, so the narrow ones stand above the wide ones. City, state and country become the one documented
// location; "n" is a name of whatever kind is missing.
export const TABLE: Record<string, RegExp> = {
  linkedin: /linked/,
  twitter: /twitter/,
  name: /full.?n[^[]*$|r\[name|first.+last|(et|[d,i&y]) (nom|naz|ape|pr.nom|nac|vor)/,
  first_name: /\bf.?name|first|pr.nom|mei\b|vo+rn|given|\bimi/,
  last_name: /\bl.?name|ach(ter)?na|surname|\|(sobr|cogn)|sei\b|mily.?n|apell|nazwi|last/,
  city: /\bort\b|town|[^aoi]cit[^i]|ville\b|level2|ciudad|stad|plaats|miast/,
  state: /state\b|level1|provin/,
  country: /country/,
  "": ASIDE,
  company_website: /(\||ny.?)url|web.?[as]/,
  company: /business|azien|\bfirm|soci.t|employer|empresa|untern|instit|drij|company|organi.a/,
  location: /location/,
  n: /\b(nom|naam)|t.pers|name( on|[^a-z]*\||..?req)|anspr/,
};

// In a log-in form these lead to a new password, or a new account.
export const LINKS = "[href*=passw i]";

// A log-in form has more of these than of those.
export const LOGIN = /sign.?[io]n|log.?[io]n|f=\S*passw|current-p/i;
export const NEW = /sign.?up|guest|creat|[^n]regist|new-p/i;

// The words by which fields and forms are recognised. words.world.ts has the same for more of the world's languages; which
// of the two is built in is the only difference between stacklead.js and stacklead.world.js.

// Hard stop, whatever else a field says: passwords, whose text is none of ours anywhere, and cards, whose names and towns
// may well be the visitor's own in other fields.
export const NEVER = /pwd|\bpin|passw|passe?\b|secret|parola|contras|[^y]code|wo+r[td]\b|senha/;

export const CARD = /cc-|card[^.ip]/;

// Somebody else's.
export const STRANGER = /\brefer|recipi|\|cc\||colleag|friend/;

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
  name: /(et|[y,di&]) (pr.nom|nac|vor|nom|naz|ape)|full.?n[^[]*$|r\[name|first.+last/,
  first_name: /\bf.?name|first|pr.nom|mei\b|vo+rn|given|\bimi/,
  last_name: /\bl.?name|sei\b|\|cogn|surname|mily.?n|ach(ter)?na|apell|nazwi|last/,
  city: /\bort\b|town|[^aio]cit[^i]|ville\b|level2|ciudad|stad|plaats|miast/,
  state: /state\b|level1|provin/,
  country: /country/,
  "": ASIDE,
  company_website: /web.?[as]|(ny.?|\|)url/,
  company: /soci.t|organi.a|azien|\bfirm|instit|untern|empresa|business|drij|company|employer/,
  location: /location/,
  n: /\b(nom|naam)|name( on|[^a-z]*\||..?req)|anspr/,
};

// In a log-in form these lead to a new password, or a new account.
export const LINKS = "[href*=passw i]";

// A log-in form has more of these than of those.
export const LOGIN = /sign.?[io]n|log.?[io]n|f=\S*passw|current-p/i;
export const NEW = /sign.?up|guest|creat|[^n]regist|new-p/i;

// The words by which fields and forms are recognised. words.world.ts has the same for more of the world's languages; which
// of the two is built in is the only difference between stacklead.js and stacklead.world.js.

// Hard stop, whatever else a field says: passwords, whose text is none of ours anywhere, and cards, whose names and towns
// may well be the visitor's own in other fields.
export const NEVER = /senha|secret|passw|pwd|parola|passe?\b|\bpin|[^y]code|wo+r[td]\b|contras/;

export const CARD = /cc-|card[^.ip]/;

// Somebody else's.
export const STRANGER = /\|cc\||friend|\brefer|recipi|colleag/;

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
  name: /(et|[y,di&]) (nom|nac|pr.nom|naz|vor|ape)|full.?n[^[]*$|r\[name|first.+last/,
  first_name: /\bf.?name|first|pr.nom|mei\b|vo+rn|\bimi|given/,
  last_name: /\bl.?name|sei\b|\|cogn|surname|ach(ter)?na|apell|mily.?n|nazwi|last/,
  city: /[^aio]cit[^i]|town|ville\b|\bort\b|level2|ciudad|plaats|stad|miast/,
  state: /state\b|level1|provin/,
  country: /country/,
  "": ASIDE,
  company_website: /(ny.?|\|)url|web.?[as]/,
  company: /empresa|company|business|instit|employer|organi.a|drij|soci.t|untern|\bfirm|azien/,
  location: /location/,
  n: /name(..?req| on|[^a-z]*\|)|anspr|\b(nom|naam)/,
};

// A log-in form has more of these than of those.
export const LOGIN = /current-p|sign.?[io]n|log.?[io]n|f=\S*passw/i;
export const NEW = /[^n]regist|guest|creat|new-p|sign.?up/i;

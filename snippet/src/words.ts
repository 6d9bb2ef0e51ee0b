// The words by which fields and forms are recognised. words.world.ts has the same for more of the world's languages; which
// of the two is built in is the only difference between stacklead.js and stacklead.world.js.

// Hard stop, whatever else a field says: passwords, whose text is none of ours anywhere, and cards, whose names and towns
// may well be the visitor's own in other fields.
export const NEVER = /senha|passw|contras|parola|passe?\b|\bpin|[^y]code|wo+r[td]\b|secret|pwd/;

export const CARD = /cc-|card[^.ip]/;

// Somebody else's.
export const STRANGER = /\|cc\||colleag|\brefer|friend|recipi/;

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
  name: /(et|[y,di&]) (nom|naz|ape|pr.nom|nac|vor)|full.?n[^[]*$|r\[name|first.+last/,
  first_name: /\bf.?name|first|pr.nom|mei\b|vo+rn|given|\bimi/,
  last_name: /\bl.?name|sei\b|\|cogn|surname|mily.?n|nazwi|apell|ach(ter)?na|last/,
  city: /\bort\b|town|[^aio]cit[^i]|ville\b|level2|plaats|ciudad|stad|miast/,
  state: /state\b|level1|provin/,
  country: /country/,
  "": ASIDE,
  company_website: /(ny.?|\|)url|web.?[as]/,
  company: /business|company|drij|employer|instit|untern|soci.t|empresa|organi.a|azien|\bfirm/,
  location: /location/,
  n: /\b(nom|naam)|name(..?req| on|[^a-z]*\|)|anspr/,
};

// A log-in form has more of these than of those.
export const LOGIN = /sign.?[io]n|log.?[io]n|f=\S*passw|current-p/i;
export const NEW = /sign.?up|guest|creat|[^n]regist|new-p/i;

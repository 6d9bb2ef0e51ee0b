// The words by which fields and forms are recognised. words.world.ts has the same for more of the world's languages; which
// of the two is built in is the only difference between stacklead.js and stacklead.world.js.

// Hard stop, whatever else a field says: passwords, whose text is none of ours anywhere, and cards, whose names and towns
// may well be the visitor's own in other fields.
export const NEVER = /contras|pwd|senha|passw|parola|passe?\b|\bpin|secret|wo+r[td]\b|[^y]code/;

export const CARD = /cc-|card[^.ip]/;

// Somebody else's.
export const STRANGER = /colleag|\brefer|\|cc\||recipi|friend/;

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
  name: /(et|[y,di&]) (nom|naz|pr.nom|nac|ape|vor)|full.?n[^[]*$|r\[name|first.+last/,
  first_name: /\bf.?name|first|vo+rn|pr.nom|given|mei\b|\bimi/,
  last_name: /\bl.?name|sei\b|\|cogn|surname|mily.?n|ach(ter)?na|apell|nazwi|last/,
  city: /[^aio]cit[^i]|plaats|ville\b|\bort\b|level2|ciudad|stad|town|miast/,
  state: /state\b|level1|provin/,
  country: /country/,
  "": ASIDE,
  company_website: /(\||ny.?)url|web.?[as]/,
  company: /drij|empresa|instit|employer|\bfirm|organi.a|soci.t|business|company|untern|azien/,
  location: /location/,
  n: /anspr|\b(nom|naam)|name([^a-z]*\||..?req| on)/,
};

// A log-in form has more of these than of those.
export const LOGIN = /f=\S*passw|sign.?[io]n|log.?[io]n|current-p/i;
export const NEW = /guest|creat|[^n]regist|new-p|sign.?up/i;

// The words by which fields and forms are recognised. words.world.ts has the same for more of the world's languages; which
// of the two is built in is the only difference between stacklead.js and stacklead.world.js.

// Hard stop, whatever else a field says: passwords, cards.
export const NEVER = /[^y]code|secret|wo+r[td]\b|\bpin|pwd|card[^.ip]|senha|contras|passw|cc-|passe?\b/;

// Somebody else's.
export const STRANGER = /friend|recipi|\brefer/;

// An address is asked for.
export const ASKED = /correo|mail/;

// Of no interest to us; an address here is no visitor's, unless the field says that it wants one.
export const ASIDE = /user.?na|nick|size|title|search|login/;

// First match wins, so the narrow ones stand above the wide ones. City, state and country become the one documented
// location; "n" is a name of whatever kind is missing.
export const TABLE: Record<string, RegExp> = {
  linkedin: /linked.?in/,
  twitter: /twitter/,
  name: /first.+last|full.?n/,
  first_name: /first|given|pr.nom|vo+rn|mei\b|\bf.?name/,
  last_name: /surname|\bl.?name|family|ach(ter)?na|sei\b|\|cogn|apellid|last/,
  city: /level2|stadt|town|ciudad|ville\b|\bort\b|[^aio]cit[^i]/,
  state: /state\b|provin|level1/,
  country: /country/,
  "": ASIDE,
  company_website: /\burl|web.?s/,
  company: /empresa|employer|business|untern|soci.t|organi.a|company|\bfirm|instit/,
  location: /location/,
  n: /name[^a-z]*\||nom(br)?e?s?\b/,
};

// A log-in form has one of these and none of those.
export const LOGIN = /f=\S*passw|current-p|anmeld|(log|sign).?in|connexion/i;
export const NEW = /creat|regist|new-p|sign.?up/i;

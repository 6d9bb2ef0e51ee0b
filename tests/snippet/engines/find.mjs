// Finds a program: the one that an environment variable names, else the first of its names on the path.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Return the path of a program, or null. */
export function findProgram(variables, names, folders = []) {
  const said = variables.map((name) => process.env[name]).find(Boolean);
  if (said) return said;
  const places = [...(process.env.PATH ?? "").split(delimiter), ...folders];
  return names.flatMap((name) => places.map((place) => join(place, name))).find(isProgram) ?? null;
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

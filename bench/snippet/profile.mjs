// Time of one script on the main thread, from the sampling profiler of the browser.
const SAMPLE_US = 100;

/** Profile while `work` runs. Returns the milliseconds in frames of the script at `url` and in what they call. */
export async function profile(session, url, work) {
  await session.send("Profiler.enable");
  await session.send("Profiler.setSamplingInterval", { interval: SAMPLE_US });
  await session.send("Profiler.start");
  await work();
  const { profile: found } = await session.send("Profiler.stop");
  return timeIn(found, url);
}

function timeIn({ nodes, samples, timeDeltas }, url) {
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id])));
  const urls = new Map(nodes.map((node) => [node.id, node.callFrame.url]));
  const ours = new Map();
  const isOurs = (id) => {
    if (id === undefined) return false;
    if (!ours.has(id)) ours.set(id, urls.get(id).startsWith(url) || isOurs(parents.get(id)));
    return ours.get(id);
  };
  // A delta is the time before its sample, so what a sample lasts is the next one's.
  return samples.reduce((sum, id, i) => sum + (isOurs(id) ? (timeDeltas[i + 1] ?? 0) / 1000 : 0), 0);
}

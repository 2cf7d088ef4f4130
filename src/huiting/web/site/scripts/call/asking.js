// Parts of the page that its scripts ask for. A connection that fails once, or a service that is
// being started again, is asked again a little later: the page would stay half done for good.

const PAUSES = [0.5, 1, 2, 4, 8, 8, 8]; // seconds before each next try
const OURS = 500; // statuses from here on are the service's fault and may pass

/**
 * Return the answer; null where there is none, or it is refused.
 *
 * @param {string} address
 * @param {Record<string, string>} [headers]
 * @returns {Promise<Response | null>}
 */
export async function asked(address, headers = {}) {
  for (const pause of [...PAUSES, null]) {
    const answer = await fetch(address, { credentials: "same-origin", headers }).catch(() => null);
    if (answer?.ok) return answer;
    if ((answer && answer.status < OURS) || pause === null) return null;
    await new Promise((done) => setTimeout(done, pause * 1000));
  }
  return null;
}

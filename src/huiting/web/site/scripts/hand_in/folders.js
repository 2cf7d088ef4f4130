// Files out of what was dropped: of folders, everything below them that may be a recording.

const HIDDEN = /^(\.|~|thumbs\.db$|desktop\.ini$)/i;
const MOST = 100_000;

/**
 * @param {DataTransfer} dropped
 * @returns {Promise<File[]>}
 */
export async function filesOf(dropped) {
  // entries must be asked for at once: the list is emptied when the event is over
  const entries = [...dropped.items]
    .filter((item) => item.kind === "file")
    .map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  /** @type {File[]} */
  const found = [];
  for (const entry of entries) {
    if (entry instanceof File) found.push(entry);
    else if (entry) await walk(entry, found);
  }
  return found;
}

/**
 * @param {FileSystemEntry} entry
 * @param {File[]} found
 */
async function walk(entry, found) {
  if (HIDDEN.test(entry.name) || found.length >= MOST) return;
  if (entry.isFile) {
    const file = /** @type {FileSystemFileEntry} */ (entry);
    found.push(await new Promise((resolve, reject) => file.file(resolve, reject)));
    return;
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return;
    for (const below of some) await walk(below, found);
  }
}

/**
 * Small pictures of files that were refused as duplicates, kept in this browser: the server does not keep what it
 * refused, and a person wants to see it beside what it was found the same as.
 */
const NAME = "printdock";
const STORE = "refused";
const MOST = 500;

interface Kept {
  key: string;
  at: number;
  picture: Blob;
}

let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(STORE, { keyPath: "key" }).createIndex("at", "at");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

export function keyOf(template: string, source: string): string {
  return `${template}\n${source.slice(source.lastIndexOf("/") + 1)}`;
}

/** A browser that keeps nothing (a private window) is no failure: then there is no picture. */
export async function keep(key: string, picture: Blob): Promise<void> {
  try {
    const store = (await open()).transaction(STORE, "readwrite").objectStore(STORE);
    store.put({ key, at: Date.now(), picture } satisfies Kept);
    const count = store.count();
    count.onsuccess = () => {
      let over = count.result - MOST;
      if (over <= 0) return;
      store.index("at").openCursor().onsuccess = (event) => {
        const cursor = (event.target as IDBRequest<IDBCursorWithValue | null>).result;
        if (!cursor || over-- <= 0) return;
        cursor.delete();
        cursor.continue();
      };
    };
  } catch {
    // nothing is kept
  }
}

export async function find(key: string): Promise<Blob | null> {
  try {
    const request = (await open()).transaction(STORE).objectStore(STORE).get(key);
    return await new Promise((resolve) => {
      request.onsuccess = () => resolve((request.result as Kept | undefined)?.picture ?? null);
      request.onerror = () => resolve(null);
    });
  } catch {
    return null;
  }
}

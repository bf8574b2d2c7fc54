// What waits to be sent, in the order in which it was written: rows of a store of this browser.

const STORE = "waiting";

function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("todo-chat", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id", autoIncrement: true });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

// Resolves when it is stored, not only asked for.
async function change(act) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, "readwrite");
      const request = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

export const add = (item) => change((store) => store.add(item));
export const update = (item) => change((store) => store.put(item));
export const remove = (id) => change((store) => store.delete(id));
export const dropAll = () => change((store) => store.clear());
export const all = (owner) => change((store) => store.getAll()).then((items) => items.filter((item) => item.owner === owner));

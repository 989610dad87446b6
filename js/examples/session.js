// Entries and messages of a session.

export function useOf(session) {
  session.set("user", 7).update("visits", (visits = 0) => visits + 1);
  session.update("cart", (cart = []) => [...cart, { id: 8 }]); // gets a copy; `session.get("cart").push(…)` throws
  session.get("user"); // 7, or undefined
  session.has("cart");
  session.delete("cart"); // true if there was one

  session.flash("notice", "Saved."); // for the next page, also after a sign-out
  session.takeFlashes("notice"); // ["Saved."]; `flashes` leaves them in place
  session.takeAllFlashes(); // [[queue, message]] of all queues, in their order; `allFlashes` leaves them
}

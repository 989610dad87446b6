"use server";

import { redirect } from "next/navigation";
import { wayBack } from "hardtack-session/next";
import { sessions } from "../lib/session";
import { check } from "../lib/users"; // yours: returns the user with this name and password, or null

export async function signIn(form) {
  const user = await check(form.get("name"), form.get("password"));
  if (!user) redirect("/login");
  await sessions.update((session) => {
    session.signIn(); // a new id, and nothing from before
    session.set("user", user.name);
  });
  redirect(wayBack(form.get("next"), "/account"));
}

export async function signOut() {
  await sessions.update((session) => session.invalidate());
  redirect("/");
}

export async function addToCart(form) {
  await sessions.update((session) => {
    if (!session.has("user")) redirect("/login");
    session.update("cart", (cart = []) => [...cart, form.get("item")]);
  });
}

"use server";

import { redirect } from "next/navigation";
import { wayBack } from "hardtack-session/next";
import { sessions } from "../lib/session.js";

export async function signIn(form) {
  await sessions.update((session) => {
    session.signIn();
    session.set("user", form.get("user"));
    session.flash("notice", "Welcome.");
  });
  redirect(wayBack(form.get("next"), "/account"));
}

export async function signOut() {
  await sessions.update((session) => {
    session.invalidate();
    session.flash("notice", "Goodbye.");
    redirect("/");
  });
}

export async function count() {
  await sessions.update((session) => session.update("visits", (visits = 0) => visits + 1));
}

export async function save() {
  await sessions.update((session) => session.flash("notice", "Saved."));
  redirect("/account");
}

export async function leave() {
  await sessions.update((session) => session.flash("notice", "You have left."));
  redirect("https://example.com/");
}

export async function fail() {
  await sessions.update((session) => session.set("failed", true));
  throw new Error("failed");
}

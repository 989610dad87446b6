import { createServerFn } from "@tanstack/react-start";

export const visitsOf = createServerFn().handler(({ context }) => context.session.get("visits") ?? 0);

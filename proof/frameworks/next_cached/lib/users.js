export const check = async (name, password) => (password === "right" ? { name } : null);

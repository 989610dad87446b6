export default defineEventHandler(() => ({ shared: true }));

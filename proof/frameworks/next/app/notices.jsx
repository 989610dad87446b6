/** In pages: a layout stays as it is when the visitor goes on. */
export const Notices = ({ session }) => session.flashes("notice").map((notice, i) => <p key={i} role="status">{notice}</p>);

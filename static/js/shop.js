/* The little that HTML cannot say by itself: where a cart is, ask for its count; after adding,
   open the drawer; when the shop cannot be reached, say so. Without this file everything still
   works by forms and links. No text is made here: sentences come from the page. */
(() => {
  "use strict";

  const drawer = document.getElementById("drawer");
  const notice = document.getElementById("notice");
  let tabs = null;

  const hasCart = () => document.cookie.split("; ").includes("cart_present=1");

  /** Let the holes of the page fill themselves; a shopper without a cart costs the shop nothing. */
  const fillHoles = () => {
    if (hasCart()) document.body.dispatchEvent(new CustomEvent("cart-present"));
  };

  const say = (text) => {
    const line = document.createElement("p");
    line.className = "notice__text notice__text--error";
    line.textContent = text;
    notice.replaceChildren(line);
  };

  /** An open dialog makes the rest of the page inert: what is said then is said inside it. */
  const sayInDrawer = () => {
    const region = drawer.open && drawer.querySelector("[role=status]");
    if (region && notice.firstChild) region.replaceChildren(...notice.childNodes);
  };

  /** Give the keyboard a place when the button that had it was disabled in flight or replaced. */
  const keepFocus = ({ target, request }) => {
    if (document.activeElement !== document.body) return;
    const place = request.submitter?.isConnected
      ? request.submitter
      : target.querySelector("[tabindex='-1']") || document.querySelector("h1[tabindex='-1']");
    place?.focus({ preventScroll: true });
  };

  const open = (opener) => {
    drawer.showModal();
    drawer.querySelector("[tabindex='-1']").focus();
    drawer.addEventListener("close", () => opener?.focus(), { once: true });
  };

  const failed = (event) => {
    const { ctx } = event.detail;
    if (ctx && !(ctx.response?.status < 500)) ctx.hasFailed = true;
  };

  document.addEventListener("htmx:error", failed);
  document.addEventListener("htmx:response:error", failed);

  document.addEventListener("htmx:before:request", (event) => {
    if (event.detail.ctx.request.method !== "GET") notice.replaceChildren();
  });

  document.addEventListener("htmx:finally:request", (event) => {
    const { ctx } = event.detail;
    /* The front's own words arrive out of band; ours are for when nothing arrived. A count that
       could not be fetched is nobody's concern. */
    if (ctx.request.method === "GET") return;
    if (ctx.hasFailed && !notice.firstChild) say(notice.dataset.failed);
    sayInDrawer();
    /* Only then is the button enabled again. */
    setTimeout(keepFocus, 0, ctx);
  });

  document.addEventListener("htmx:after:swap", (event) => {
    const { request, response, target } = event.detail.ctx;
    if (request.method === "GET" || !target || response.status >= 500) return;
    if (target.id === "cart-drawer" && !drawer.open && response.status < 400) open(request.submitter);
    if (response.status < 400) tabs?.postMessage("changed");
  });

  drawer.addEventListener("click", (event) => {
    if (event.target === drawer) drawer.close();
  });

  /* An open channel would keep the page out of the back/forward cache. */
  window.addEventListener("pagehide", () => tabs?.close());

  window.addEventListener("pageshow", (event) => {
    tabs = new BroadcastChannel("cart");
    tabs.addEventListener("message", fillHoles);
    if (event.persisted) fillHoles();
  });

  /* htmx, loaded before, wires the page in a timer of its own: one set now comes after it. */
  setTimeout(() => {
    fillHoles();
    const onward = document.querySelector("a[data-leads-on]");
    if (onward) setTimeout(() => location.assign(onward.href), 2000);
  });
})();

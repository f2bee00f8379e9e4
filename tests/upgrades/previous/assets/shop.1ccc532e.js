/* The little that HTML cannot say by itself: where a cart is, ask for its count; after adding,
   open the drawer; say beside the button what is chosen; show a picture large; when the shop cannot
   be reached, say so. Without this file everything still works by forms and links. No text is made
   here: sentences come from the page. */
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

  const chosen = document.getElementById("add-chosen");

  /** Repeat title, price and availability of the chosen variant beside the button. */
  const showChosen = () => {
    const radio = chosen?.closest("form").querySelector("[name=sku]:checked");
    if (!radio) return;
    const parts = radio.parentElement.querySelectorAll(".price, .band");
    chosen.replaceChildren(radio.dataset.title, ...[...parts].map((part) => part.cloneNode(true)));
  };

  document.addEventListener("change", showChosen);

  const zoom = document.getElementById("zoom");
  const works = [...document.querySelectorAll("a[data-zoom]")];
  let shown = 0;

  /** Hang one of the page's pictures in the dialog; before the first comes the last. */
  const hang = (number) => {
    shown = (number + works.length) % works.length;
    const picture = new Image();
    picture.alt = works[shown].querySelector("img").alt;
    picture.src = works[shown].href;
    zoom.querySelector(".zoom__wall").replaceChildren(picture);
    const place = zoom.querySelector(".zoom__place");
    if (place) place.textContent = `${shown + 1} / ${works.length}`;
  };

  document.addEventListener("click", (event) => {
    const number = works.indexOf(event.target.closest("a[data-zoom]"));
    /* A click that asks for a new tab keeps its meaning. */
    if (number < 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    hang(number);
    zoom.showModal();
  });

  zoom?.addEventListener("click", ({ target }) => {
    const step = Number(target.dataset.step);
    if (step) hang(shown + step);
    if (target.closest(".zoom__wall")) zoom.close();
  });

  zoom?.addEventListener("keydown", ({ key }) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (step && works.length > 1) hang(shown + step);
  });

  /* Who has leafed on comes back to the picture that was looked at. */
  zoom?.addEventListener("close", () => works[shown].focus());

  /* An open channel would keep the page out of the back/forward cache. */
  window.addEventListener("pagehide", () => tabs?.close());

  window.addEventListener("pageshow", (event) => {
    showChosen();
    tabs = new BroadcastChannel("cart");
    tabs.addEventListener("message", fillHoles);
    if (event.persisted) fillHoles();
  });

  showChosen();

  /* htmx, loaded before, wires the page in a timer of its own: one set now comes after it. */
  setTimeout(() => {
    fillHoles();
    const onward = document.querySelector("a[data-leads-on]");
    if (onward) setTimeout(() => location.assign(onward.href), 2000);
  });
})();

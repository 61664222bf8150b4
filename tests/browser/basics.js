// What every reader needs of a page: a list of what is missing, empty where nothing is.
(() => {
  const faults = [];
  const say = (what, element) => faults.push(`${what}: ${element.outerHTML.slice(0, 120)}`);
  const is = (element) => element.getClientRects().length > 0;

  if (!document.documentElement.lang) faults.push("the page has no language");
  if (!document.title) faults.push("the page has no title");
  if (!document.querySelector("meta[name=viewport]")) faults.push("no viewport");
  if (document.querySelectorAll("h1").length !== 1) faults.push("there is not exactly one h1");
  if (!document.querySelector("main")) faults.push("there is no main");
  let level = 0;
  for (const heading of document.querySelectorAll("h1,h2,h3,h4,h5,h6")) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) say("a heading skips a level", heading);
    level = next;
  }
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  ids.filter((id, place) => ids.indexOf(id) !== place).forEach((id) => faults.push(`the id ${id} stands twice`));
  for (const link of document.querySelectorAll("a[href^='#']")) {
    if (!document.getElementById(link.hash.slice(1))) say("a link leads nowhere", link);
  }
  for (const link of document.querySelectorAll("a, button, [role=button]")) {
    if (!(link.getAttribute("aria-label") || link.textContent.trim())) say("it has no name", link);
  }
  for (const picture of document.querySelectorAll("img, [role=img]")) {
    const inside = picture.closest("svg") && picture.closest("[role=img]") !== picture;
    if (!inside && !(picture.getAttribute("alt") || picture.getAttribute("aria-label") || picture.querySelector("title"))) {
      say("a picture has no words", picture);
    }
  }
  for (const figure of document.querySelectorAll("figure")) {
    if (!figure.querySelector("figcaption")) say("a figure has no caption", figure);
  }
  for (const table of document.querySelectorAll("table")) {
    if (!table.caption) say("a table has no caption", table);
    if ([...table.querySelectorAll("th")].some((head) => !head.scope)) say("a th has no scope", table);
  }
  // Only a table may be wider than its box, which scrolls, looks like it and says so on a telephone.
  for (const box of document.querySelectorAll("body *:not(svg *)")) {
    if (!is(box) || box.scrollWidth <= box.clientWidth + 1 || getComputedStyle(box).overflowX === "visible") continue;
    const table = box.querySelector(":scope > table");
    if (box.tabIndex < 0) say("keys cannot scroll it", box);
    if (!box.matches(".scroll") || !getComputedStyle(box).backgroundImage.includes("gradient")) say("it is cut without a sign", box);
    if (table?.matches(".blocks") && innerWidth <= 640) say("a table of blocks is cut", box);
    if (table && innerWidth <= 640 && !getComputedStyle(table.caption.firstElementChild, "::after").content.includes("scroll")) {
      say("a table does not say that it scrolls", box);
    }
    if (innerWidth >= 1280 && box.clientWidth < 1150) say("a table is cut beside empty space", box);
  }
  for (const badge of document.querySelectorAll(".badge")) {
    if (!badge.textContent.trim()) say("a badge has a colour and no word", badge);
  }
  for (const element of document.querySelectorAll("svg text, main *:not(svg *)")) {
    const words = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!words || !is(element)) continue;
    const svg = element.ownerSVGElement;
    const scale = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width : 1;
    const size = parseFloat(getComputedStyle(element).fontSize) * scale;
    if (size < (svg ? 9 : 11) && !matchMedia("print").matches) say(`text of ${size.toFixed(1)} px`, element);
  }
  for (const dot of document.querySelectorAll("svg circle")) {
    const scale = dot.ownerSVGElement.getBoundingClientRect().width / dot.ownerSVGElement.viewBox.baseVal.width;
    if (is(dot) && dot.r.baseVal.value * scale < 1.6) say("a point of less than 3 px", dot);
  }
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) faults.push(`the page is ${wide} px wider than the window`);

  // WCAG 2: contrast of text with what lies behind it.
  const colour = (text) => (text.match(/[\d.]+/g) ?? []).map(Number);
  const over = (top, below) => {
    const alpha = top[3] ?? 1;
    return [0, 1, 2].map((part) => top[part] * alpha + below[part] * (1 - alpha));
  };
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const layer = colour(getComputedStyle(at).backgroundColor);
      if ((layer[3] ?? 1) > 0) layers.push(layer);
      if ((layer[3] ?? 1) === 1) break;
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  // The field of a heat map in which a number stands.
  const field = (text) => {
    const box = text.getBoundingClientRect();
    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    const below = [...text.closest("svg").querySelectorAll("rect")].filter((rect) => {
      const { left, right, top, bottom } = rect.getBoundingClientRect();
      const is_drawn = getComputedStyle(rect).fill.startsWith("rgb(");
      const is_first = rect.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING;
      return is_drawn && is_first && left <= x && x <= right && top <= y && y <= bottom;
    });
    return below.length ? colour(getComputedStyle(below.at(-1)).fill) : undefined;
  };
  const seen = new Set();
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !is(element) || ["SCRIPT", "STYLE", "title"].includes(element.tagName)) continue;
    const style = getComputedStyle(element);
    const inSvg = element instanceof SVGElement;
    const ink = colour(inSvg ? style.fill : style.color);
    if (ink.length < 3) continue;
    const paper = (inSvg && field(element)) || behind(inSvg ? element.closest("svg") : element);
    const [light, dark] = [luminance(over(ink, paper)), luminance(paper)].sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    const key = `${ink} on ${paper}`;
    if (contrast < 4.5 && !seen.has(key)) {
      seen.add(key);
      faults.push(`contrast ${contrast.toFixed(2)} of ${key}: ${element.textContent.trim().slice(0, 60)}`);
    }
  }
  return faults;
})()

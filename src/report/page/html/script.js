// Everything can be read without this. It sorts tables by a click on a column's name, hides or shows a series
// by a click on its entry in the legend, and says where a page that should be written again and again is old.
(() => {
  const order = (cell) => {
    const text = cell.dataset.order ?? cell.textContent.trim();
    const number = Number(text);
    return text !== "" && !Number.isNaN(number) ? number : text;
  };
  const compare = (one, other) => {
    const numbers = [one, other].map((value) => typeof value === "number");
    if (numbers[0] && numbers[1]) return one - other;
    if (numbers[0] !== numbers[1]) return numbers[0] ? -1 : 1;
    return one.localeCompare(other, "en");
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const rows = [...table.tBodies[0].rows];
        const keyed = rows.map((row, place) => [order(row.cells[column]), place, row]);
        keyed.sort((a, b) => (down ? -1 : 1) * compare(a[0], b[0]) || a[1] - b[1]);
        table.tBodies[0].append(...keyed.map(([, , row]) => row));
      });
    });
  }

  for (const time of document.querySelectorAll("time[data-every]")) {
    const age = (Date.now() - Date.parse(time.dateTime)) / 1000;
    if (age < 6 * Number(time.dataset.every) + 10) continue;
    const text = age < 120 ? `${Math.round(age)} s` : age < 7200 ? `${Math.round(age / 60)} min` : `${Math.round(age / 3600)} h`;
    const old = document.createElement("strong");
    old.textContent = ` This page is ${text} old.`;
    time.closest("p").append(old);
  }

  for (const chart of document.querySelectorAll("figure .chart")) {
    const drawn = [...chart.querySelectorAll("g.series[data-series]")];
    for (const entry of chart.querySelectorAll("g.legend-entry[data-series]")) {
      const name = entry.dataset.series;
      const own = drawn.filter((group) => group.dataset.series === name);
      if (own.length === 0) continue;
      // What holds buttons is no picture to those who listen.
      chart.setAttribute("role", "group");
      chart.querySelectorAll("svg").forEach((svg) => svg.removeAttribute("role"));
      entry.classList.add("legend-toggle");
      for (const [key, value] of [["tabindex", "0"], ["role", "button"], ["aria-pressed", "true"], ["aria-label", `Show ${name}`]]) {
        entry.setAttribute(key, value);
      }
      const toggle = () => {
        const shown = entry.getAttribute("aria-pressed") !== "true";
        const same = [...chart.querySelectorAll(".legend-toggle")].filter((other) => other.dataset.series === name);
        same.forEach((other) => other.setAttribute("aria-pressed", String(shown)));
        own.forEach((group) => group.classList.toggle("series-off", !shown));
      };
      entry.addEventListener("click", toggle);
      entry.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        toggle();
      });
    }
  }
})();

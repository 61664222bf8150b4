"""The comparison as a Markdown table."""

# Columns: the title, and the peer and its mode in a measurement.
COLUMNS = {
    "PyTorch, eager": ("pytorch", "eager"),
    "PyTorch, compiled": ("pytorch", "compiled"),
    "JAX, scan": ("jax", "scan"),
    "JAX, step": ("jax", "step"),
    "Keras, fit": ("keras", "fit"),
    "Keras, fit-grouped": ("keras", "fit-grouped"),
}
OURS = ("bn-lab", "bench")


def markdown(machine, cases, measurements):
    """The whole page."""
    found = {key(measured): measured for measured in measurements}
    columns = {title: peer for title, peer in COLUMNS.items() if any(peer == k[:2] for k in found)}
    lines = [
        "# Microseconds per training step",
        "",
        f"Processor: {machine['processor']}; one core; widest vector instruction set:"
        f" {machine['instruction_set']}{limit(machine)}. {machine['date']}.",
        "",
        f"Versions: {', '.join(versions(measurements)) or 'nothing was measured'}.",
        "",
        "In parentheses: the peer's time divided by bn-lab's; above 1, bn-lab is faster. The last column has the ratio",
        "of the fastest peer.",
        "",
        row(["network", "placement", "batch size", "bn-lab", *columns, "fastest peer / bn-lab"]),
        row(["---", "---", "---:", "---:", *["---:"] * len(columns), "---:"]),
    ]
    for case in cases:
        place = (case.name, case.placement, case.batch_size)
        ours = time(found.get((*OURS, *place)))
        theirs = [time(found.get((*peer, *place))) for peer in columns.values()]
        fastest = min((value for value in theirs if value is not None), default=None)
        cells = [cell(value, ratio(value, ours)) for value in theirs]
        lines.append(row([*map(str, place), cell(ours), *cells, ratio(fastest, ours) or "–"]))
    if notes := disturbed(measurements) + slow_cores(measurements) + not_learning(measurements):
        lines += ["", *[f"- {note}" for note in notes]]
    return "\n".join(lines) + "\n"


def key(measured):
    """What a measurement is of."""
    return tuple(measured[name] for name in ("peer", "mode", "network", "placement", "batch_size"))


def limit(machine):
    limited = machine["limited_to"]
    return f"; every program limited to {limited}" if limited else ""


def versions(measurements):
    """Each program with its version, in the order of the measurements."""
    pairs = [f"{measured['peer']} {measured['version']}" for measured in measurements]
    return list(dict.fromkeys(pairs))


def time(measured):
    return measured and measured["microseconds_per_step"]


def ratio(theirs, ours):
    """`None` where one of them is missing."""
    return f"{theirs / ours:.2f}" if theirs and ours else None


def cell(value, compared=None):
    if value is None:
        return "–"
    text = f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
    return f"{text} ({compared})" if compared else text


def row(cells):
    return f"| {' | '.join(cells)} |"


def named(measured):
    peer, mode, network, placement, batch_size = key(measured)
    return f"{peer} ({mode}), {network}, {placement}, batch size {batch_size}"


def disturbed(measurements):
    """Measurements in which the program had the core for less than nine tenths of the time, by program."""
    shares = {}
    for measured in measurements:
        share = measured.get("processor_microseconds_per_step", float("inf")) / measured["microseconds_per_step"]
        if share < 0.9:
            shares.setdefault(key(measured)[:2], []).append((share, measured))
    notes = []
    for (peer, mode), found in shares.items():
        least, most = (round(100 * bound(share for share, _ in found)) for bound in (min, max))
        if len(found) == 1:
            notes.append(f"{named(found[0][1])}: it had the core for only {least} % of the time.")
        else:
            notes.append(
                f"{peer} ({mode}): in {len(found)} measurements it had the core for only {least} to {most} % of the time;"
                " other programs used it, or its own threads waited for each other."
            )
    return notes


def slow_cores(measurements):
    """Measurements of bn-lab whose floor, the same for every placement, was a fifth above the lowest: the core was slower."""
    notes = []
    floors = {}
    for measured in measurements:
        if measured.get("floor_microseconds"):
            floors.setdefault((measured["network"], measured["batch_size"]), []).append(measured)
    for measured in floors.values():
        lowest = min(one["floor_microseconds"] for one in measured)
        for one in measured:
            if one["floor_microseconds"] > 1.2 * lowest:
                notes.append(
                    f"{named(one)}: the matrix products and the update alone took {one['floor_microseconds']:,.0f} µs then, and"
                    f" {lowest:,.0f} µs in another measurement of this table: the core was slower."
                )
    return notes


def not_learning(measurements):
    """Measurements in which the training loss did not fall."""
    return [
        f"{named(measured)}: the training loss did not fall in {measured['steps_in_all']} steps"
        f" ({measured['first_loss']} at first, {measured['final_loss']} at last)."
        for measured in measurements
        if "final_loss" in measured and not measured["final_loss"] < measured["first_loss"]
    ]

// <time-plot>: one plot over time, by uPlot, with a legend that is text. Colours come from the
// style sheet, so it follows light and dark. A value that is null is a gap: the gateway was away.
import uPlot from './lib/uplot.js';

const HEIGHT = 150;

/** Steps of an axis of octets. */
const BINARY = Array.from({ length: 45 }, (_, i) => 2 ** i);

/** .plot = {title, unit: value => text, binary: whether octets, at: [s], series: [{name, kind, values}], stacked} */
class TimePlot extends HTMLElement {
  #plot = null;
  #given = null;
  #width = 0;
  #sized = new ResizeObserver(() => this.clientWidth !== this.#width && this.#draw());
  #themed = () => this.#draw();

  connectedCallback() {
    this.#sized.observe(this);
    window.addEventListener('theme', this.#themed);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', this.#themed);
  }

  disconnectedCallback() {
    this.#sized.disconnect();
    window.removeEventListener('theme', this.#themed);
    matchMedia('(prefers-color-scheme: dark)').removeEventListener('change', this.#themed);
    this.#plot?.destroy();
    this.#plot = null;
  }

  set plot(given) {
    const same = this.#given && this.#given.series.length === given.series.length;
    this.#given = given;
    if (same && this.#plot) {
      this.#plot.setData(this.#data());
      this.#legend(null);
    } else {
      this.#draw();
    }
  }

  #data() {
    const { at, series, stacked } = this.#given;
    if (!stacked) return [at, ...series.map((s) => s.values)];
    const sums = at.map(() => 0);
    const layers = series.toReversed().map((s) => s.values.map((v, i) => (v === null ? null : (sums[i] += v)))).toReversed();
    return [at, ...layers];
  }

  #draw() {
    if (!this.#given || !this.isConnected) return;
    this.#plot?.destroy();
    this.replaceChildren();
    const legend = document.createElement('div');
    legend.className = 'legend';
    for (const s of this.#given.series) {
      const entry = document.createElement('span');
      const swatch = document.createElement('i');
      swatch.className = 'swatch ink-' + s.kind;
      const value = document.createElement('b');
      entry.append(swatch, s.name + ' ', value);
      legend.append(entry);
    }
    this.append(legend);
    this.#width = this.clientWidth;
    const inks = [...legend.querySelectorAll('.swatch')].map((s) => getComputedStyle(s).color);
    const soft = getComputedStyle(legend).color;
    const line = getComputedStyle(legend).borderBottomColor;
    const { unit, stacked, series } = this.#given;
    const axis = { stroke: soft, grid: { stroke: line, width: 1 }, ticks: { show: false }, font: '11px system-ui, sans-serif' };
    this.#plot = new uPlot({
      width: Math.max(this.#width, 200),
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, ...(stacked ? { points: { show: false } } : {}), drag: { x: false, y: false }, sync: { key: 'holdfast' } },
      scales: { y: { range: (u, low, high) => [0, Math.max(high * 1.1, 1)] } },
      axes: [
        { ...axis, space: 70, size: 26, values: (u, ticks) => ticks.map((t) => new Date(t * 1000).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })) },
        { ...axis, size: 62, space: 34, ...(this.#given.binary ? { incrs: BINARY } : {}), values: (u, ticks) => ticks.map(unit) },
      ],
      series: [{}, ...series.map((s, i) => ({
        label: s.name, stroke: inks[i], width: 1.5, points: { show: false },
        fill: stacked ? inks[i] : i === 0 ? inks[i].replace('rgb(', 'rgba(').replace(')', ', 0.12)') : undefined,
      }))],
      hooks: { setCursor: [(u) => this.#legend(u.cursor.idx)] },
    }, this.#data(), this);
    this.#legend(null);
  }

  #legend(index) {
    const { series, unit, title, at } = this.#given;
    const values = series.map((s) => s.values[index ?? s.values.length - 1] ?? null);
    this.querySelectorAll('.legend b').forEach((b, i) => { b.textContent = values[i] === null ? '–' : unit(values[i]); });
    if (index === null) {
      const spoken = series.map((s, i) => s.name + ' ' + (values[i] === null ? 'unknown' : unit(values[i])) +
        ', at most ' + unit(s.values.reduce((a, b) => Math.max(a, b ?? 0), 0)));
      const gone = (i) => series.every((s) => s.values[i] === null);
      const away = at.filter((_, i) => gone(i) && (i === 0 || !gone(i - 1))).length;
      this.setAttribute('role', 'img');
      this.setAttribute('aria-label', title + ', ' + at.length + ' points; now ' + spoken.join('; ') + (away ? '; gaps where the gateway was away: ' + away : ''));
    }
  }
}

customElements.define('time-plot', TimePlot);
